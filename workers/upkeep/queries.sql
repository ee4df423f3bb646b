-- name: make_partitions
-- Create the partitions of the coming months.
select private.make_partitions();

-- name: delete_unused_words
-- Delete words of the search index that no item contains.
select private.delete_unused_words();

-- name: publish_counts
-- Publish a batch of figures; returns how many, 0 at the end.
select private.publish_counts();

-- name: refresh_popularity
-- Update the popularity of a batch of search documents; returns how many, 0 at the end.
select private.refresh_popularity();
