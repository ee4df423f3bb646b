"""Work that Postgres cannot do: run models, call other services, compute for minutes. One folder each."""
