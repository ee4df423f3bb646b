-- Consents: rows that clients write are counted against limits and the account's quota; a kids profile adds none;
-- invalid values are refused with a sentence.
create or replace trigger refuse_kids
before insert on public.consents
for each statement execute function private.refuse_kids();

create or replace trigger admit_inserted
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.count_rows();

create or replace trigger limit_consents
after insert on public.consents referencing new table as changed_rows
for each statement execute function private.limit_consents();

create or replace trigger refuse_purpose
before insert on public.consents
for each row when (new.purpose !~ '^[a-z][a-z0-9_]{0,49}$')
execute function private.refuse_value(
    'consents_purpose_form', 'purpose', 'purpose must be one of consent_purposes'
);

create or replace trigger refuse_document_version
before insert on public.consents
for each row when (not private.is_plain_text(new.document_version, 50))
execute function private.refuse_value(
    'consents_version_plain', 'document_version',
    'document_version must have 1 to 50 characters, at least one visible and no invisible ones'
);
