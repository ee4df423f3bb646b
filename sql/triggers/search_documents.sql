-- Search documents: the words of a deleted document are deleted.
create or replace trigger forget_words
after delete on private.search_documents referencing old table as changed_rows
for each statement execute function private.delete_words();
