"""What Postgres cannot do: run models, talk to the outside, do the slow work. One folder a job."""
