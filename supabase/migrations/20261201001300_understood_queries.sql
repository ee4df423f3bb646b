-- Queries are understood: people, genres, moods, languages, countries, years and "like X" in words become filters and
-- boosts of a search. The search index holds people, keywords, alternative and translated titles.

-- squawk-ignore-file ban-drop-function

set lock_timeout = '10s';
set check_function_bodies = off;

alter table private.search_documents add column marks text[] not null default '{}';
comment on column private.search_documents.marks is
'What understood queries filter by: genre:SLUG, keyword:KEYWORD, language:CODE, country:CODE, kind:KIND, person:ID and JOB:ID of those credited.';
-- squawk-ignore require-concurrent-index-creation
create index search_documents_marks on private.search_documents using gin (marks);
-- squawk-ignore require-concurrent-index-creation
create index search_documents_popularity on private.search_documents (popularity desc, document);

-- squawk-ignore constraint-missing-not-valid, ban-drop-constraint
alter table private.search_names drop constraint search_names_field_known;
-- squawk-ignore constraint-missing-not-valid
alter table private.search_names add constraint search_names_field_known
check (field in ('title', 'original_title', 'alternative_title', 'author'));
comment on column private.search_names.field is 'title, original_title, alternative_title or author.';
-- squawk-ignore require-concurrent-index-creation
create index search_names_joined on private.search_names (replace(start, ' ', '')) where is_whole;

create table private.search_people (
    person_id uuid not null references public.people (id) on delete cascade,
    name text not null,
    start text collate "C" not null,
    joined text collate "C",
    popularity real not null
);
create index search_people_person on private.search_people (person_id);
create index search_people_start on private.search_people (start);
create index search_people_joined on private.search_people (joined);
create index search_people_similar on private.search_people using gin (start extensions.gin_trgm_ops)
where joined is not null;
comment on table private.search_people is
'Index of people''s names for searches and suggestions: one row per name and starting word.';
comment on column private.search_people.person_id is 'The person.';
comment on column private.search_people.name is 'The name as shown to users.';
comment on column private.search_people.start is
'The name from one of its words on, in lower case, without accents and punctuation.';
comment on column private.search_people.joined is 'The whole name without spaces; null: start is not the whole name.';
comment on column private.search_people.popularity is
'Number of items that credit the person, those directed twice.';

create table private.query_words (
    phrase text collate "C" not null,
    mark text not null,
    need smallint not null default 1,
    language text not null,
    constraint query_words_pkey primary key (phrase, mark, need),
    constraint query_words_need_positive check (need > 0),
    constraint query_words_mark_form check (
        mark ~ '^(genre|keyword|language|country|kind|decade|job):.+$'
        or mark in ('filler', 'about', 'like', 'like after')
    )
);
create index query_words_mark on private.query_words (mark);
comment on table private.query_words is
'Vocabulary of queries: what a word or phrase stands for. Add rows to make searches understand more.';
comment on column private.query_words.phrase is
'One to five words, in lower case, without accents and punctuation (private.fold_name).';
comment on column private.query_words.mark is
'A mark of search_documents, decade:YEAR, job:JOB (a person follows), like (a title follows), about (a description follows) or filler (without meaning for a search).';
comment on column private.query_words.need is
'Rows of a phrase with one need are alternatives; an item must fit each need.';
comment on column private.query_words.language is 'ISO 639 code of the language that the phrase is in.';

insert into private.data_inventory (schema_name, table_name, holds, is_personal, on_erasure) values
('private', 'search_people', 'Names of people of the catalogue for searches.', false, 'none'),
('private', 'query_words', 'The vocabulary of queries.', false, 'none');

alter type private.search_filters add attribute marks_1 text[], add attribute marks_2 text[],
add attribute marks_3 text[], add attribute marks_4 text[];
comment on type private.search_filters is
'The filters of a search; null: not filtered. Of each marks_N, an item must have one.';
alter type private.search_term add attribute is_left boolean;
comment on type private.search_term is
'A lexeme of a query with its BM25 idf; is_meant: it comes from a spelling correction; is_left: of the words that are searched for, not of those that were understood.';

create type private.query_span as (first integer, last integer, phrase text, marks text[]);
comment on type private.query_span is
'Consecutive words of a query that the vocabulary holds, and their marks, each as NEED MARK.';

create type private.query_people as (first integer, last integer, people uuid[], name text, is_surname boolean);
comment on type private.query_people is 'Consecutive words of a query that name people.';

create type private.understanding as (
    tokens text[], roles text[], spans private.query_span[], is_title boolean, words text, "text" text, name text,
    filters private.search_filters, needs text[], wishes text[], wishes_2 text[], liked integer, is_whole boolean,
    similar_words text[], said jsonb, literal text[]
);
comment on type private.understanding is
'A query as understood: its corrected words and what each stands for; phrases of the vocabulary; whether it is of a title; the words that are left to search for; the text to embed; the name to look up; the filters with those understood; the needs that became filters, the marks wished for, in two groups, and those that are words of the query themselves; the document that matches should be like; whether no words are left; words similar to misspelt ones; and what clients receive.';

create type private.found_document as (
    document integer, words real, closeness real, is_titled boolean, similarity double precision, fit integer,
    likeness integer, kinship integer
);
comment on type private.found_document is
'A document that a search found: its scores by words, name and meaning, whether its title holds all words of the query, and its ranks among the documents that the query means beside its words.';

create type private.understood_document as (document integer, fit integer, likeness integer, kinship integer);
comment on type private.understood_document is
'A document that a query means beside its words, with its rank among those that fit the filters, are like the named one, or match by words and are like it.';

drop function private.query_terms(text, integer);
drop function private.search_matches(
    private.parsed_search, private.search_term[], extensions.vector, private.search_filters, private.viewer, integer
);
drop function private.check_search(text, extensions.vector, private.search_filters, integer);
drop function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text
);

-- squawk-ignore ban-drop-constraint
alter table private.rate_limits drop constraint rate_limits_scope;
-- squawk-ignore constraint-missing-not-valid
alter table private.rate_limits add constraint rate_limits_scope check (
    scope in (
        'read', 'write', 'storage', 'sign_in', 'password', 'anonymous', 'refresh', 'rows', 'ratings', 'interactions',
        'consents', 'profiles'
    )
    or scope ~ '^rpc/[a-z_]+$'
);
comment on column private.rate_limits.scope is
'read: GET, HEAD and calls of functions that do not write, counted by the REST server; rpc/NAME: calls of that function, which then do not count as reads; write: all other requests, counted by private.count_request, failed ones by the REST server. storage: file requests; sign_in: sign-ups and password sign-ins per IP address; password: attempts at one account''s password; anonymous: anonymous sign-ups; refresh: session refreshes; these five are counted by private.admit_request. rows: rows written in all tables; ratings, interactions, consents, profiles: rows written in that table; these are counted by private.count_rows.';
comment on column private.rate_limits.requests is
'The limit per user; for anon per IP address; for scope password per account. For rows, ratings, interactions, consents and profiles the number of rows.';
insert into private.rate_limits (role, scope, requests, window_seconds) values
('anon', 'rpc/suggest', 300, 60),
('authenticated', 'rpc/suggest', 300, 60);

insert into private.query_words (phrase, language, mark, need)
select distinct private.fold_name(p.phrase), v.language, m.mark, v.need
from (
    values
    -- Genres and moods.
    ('en', 1, 'action|action packed', 'genre:action'),
    ('en', 1, 'adventure|adventures|adventurous|swashbuckler|swashbuckling', 'genre:adventure'),
    ('en', 1, 'animation|animated|animations|cartoon|cartoons', 'genre:animation'),
    ('en', 1, 'anime', 'genre:animation'),
    ('en', 2, 'anime', 'language:ja|country:JP'),
    ('en', 1, 'comedy|comedies|comic|funny|hilarious|humorous|humour|humor|something funny|something to laugh about', 'genre:comedy'),
    ('en', 1, 'something to laugh at|make me laugh|makes me laugh|laugh|laughs|laugh out loud|good laugh|light hearted|lighthearted', 'genre:comedy'),
    ('en', 1, 'crime|gangster|gangsters|mafia|mob|organised crime|organized crime', 'genre:crime|keyword:gangster|keyword:gangsters|keyword:mafia'),
    ('en', 2, 'gangster|gangsters|mafia|mob', 'keyword:gangster|keyword:gangsters|keyword:mafia|keyword:organised crime|keyword:organized crime|keyword:mob'),
    ('en', 1, 'documentary|documentaries|nonfiction|non fiction', 'genre:documentary|keyword:documentary'),
    ('en', 1, 'drama|dramas|dramatic|serious', 'genre:drama'),
    ('en', 1, 'family|families|kids|children|childrens|children s|kids s|for kids|for children|for the whole family|family friendly|for the family', 'genre:family|genre:animation'),
    ('en', 1, 'fantasy|fantastical', 'genre:fantasy'),
    ('en', 1, 'film noir|noir|noirs|films noirs', 'genre:film-noir|keyword:film noir|keyword:noir|keyword:neo-noir'),
    ('en', 1, 'neo noir', 'keyword:neo-noir|keyword:neo noir'),
    ('en', 1, 'history|historical|period|period drama|period piece|costume drama', 'genre:history|keyword:period drama|keyword:costume drama|keyword:19th century|keyword:18th century'),
    ('en', 1, 'horror|horrors|scary|creepy|spooky|frightening|terrifying|something scary', 'genre:horror'),
    ('en', 1, 'musical|musicals|song and dance|songs', 'genre:music|keyword:musical|keyword:songs'),
    ('en', 1, 'music', 'genre:music|keyword:music'),
    ('en', 1, 'mystery|mysteries|mysterious', 'genre:mystery'),
    ('en', 1, 'romance|romances|romantic|love|love story|love stories|romantic drama|date night', 'genre:romance'),
    ('en', 1, 'romantic comedy|romantic comedies|romcom|romcoms|rom com|rom coms', 'genre:romance'),
    ('en', 2, 'romantic comedy|romantic comedies|romcom|romcoms|rom com|rom coms', 'genre:comedy'),
    ('en', 1, 'science fiction|sci fi|scifi|sf', 'genre:science-fiction'),
    ('en', 1, 'thriller|thrillers|thrilling|suspense|suspenseful|edge of your seat|nail biter|tense', 'genre:thriller'),
    ('en', 1, 'war|war stories', 'genre:war|keyword:war'),
    ('en', 1, 'western|westerns|cowboy|cowboys|wild west', 'genre:western|keyword:western|keyword:cowboys'),
    ('en', 1, 'spaghetti western|spaghetti westerns', 'genre:western|keyword:spaghetti western'),
    ('en', 2, 'spaghetti western|spaghetti westerns', 'country:IT|language:it|keyword:spaghetti western'),
    ('en', 1, 'cosy mystery|cozy mystery|cosy mysteries|cozy mysteries|cosy crime|cozy crime|whodunit|whodunnit|whodunits|whodunnits|who done it|murder mystery|murder mysteries|gentle mystery',
        'keyword:whodunit|keyword:whodunnit|keyword:cosy mystery|keyword:cozy mystery|keyword:murder mystery'),
    ('en', 2, 'cosy mystery|cozy mystery|cosy mysteries|cozy mysteries|cosy crime|cozy crime|gentle mystery',
        'keyword:country house|keyword:mansion|keyword:english village|keyword:village|keyword:butler|keyword:agatha christie|keyword:amateur sleuth|keyword:cosy mystery'),
    ('en', 1, 'feel good|feelgood|uplifting|heartwarming|heart warming|cheer me up|life affirming|comforting|wholesome|joyful|cheerful|happy|something happy',
        'keyword:feel-good|keyword:heartwarming|keyword:uplifting|keyword:feel good|keyword:life-affirming'),
    ('en', 1, 'tear jerker|tearjerker|tear jerkers|tearjerkers|weepie|weepies|make me cry|makes me cry|something to cry about|good cry|heartbreaking|sad|sad story|sobbing',
        'keyword:tear-jerker|keyword:tearjerker|keyword:heartbreak|keyword:tragedy|keyword:terminal illness|keyword:heartbreaking'),
    ('en', 1, 'road movie|road movies|road film|road films|road trip|road trips', 'keyword:road movie|keyword:road trip'),
    ('en', 1, 'dark comedy|black comedy|dark comedies|black comedies|dark humour|dark humor', 'keyword:dark comedy|keyword:black comedy|keyword:dark humour'),
    ('en', 1, 'coming of age|growing up', 'keyword:coming of age|keyword:coming-of-age|keyword:growing up'),
    ('en', 1, 'heist|heists|caper|bank robbery|bank robberies|robbery', 'keyword:heist|keyword:bank robbery|keyword:robbery|keyword:caper|keyword:bank heist'),
    ('en', 1, 'time travel|time travelling|time loop|time loops', 'keyword:time travel|keyword:time loop'),
    ('en', 1, 'twist|twists|plot twist|plot twists|twist ending|twist endings|twisty', 'keyword:twist ending|keyword:plot twist|keyword:twist'),
    ('en', 1, 'mind bending|mindbending|mind bender|trippy|surreal|surrealist', 'keyword:mind-bending|keyword:surreal|keyword:dream logic|keyword:dreams|keyword:simulation|keyword:hallucination|keyword:twist ending'),
    ('en', 1, 'slow cinema|slow|contemplative|meditative|quiet', 'keyword:slow cinema|keyword:meditative|keyword:contemplative|keyword:quiet'),
    ('en', 1, 'superhero|superheroes|super hero|comic book|comic books', 'keyword:superhero|keyword:superheroes|keyword:comic book|keyword:marvel|keyword:based on a comic'),
    ('en', 1, 'zombie|zombies|undead', 'keyword:zombies|keyword:zombie|keyword:zombie apocalypse|keyword:undead'),
    ('en', 1, 'vampire|vampires', 'keyword:vampire|keyword:vampires|keyword:dracula'),
    ('en', 1, 'ghost|ghosts|ghost story|ghost stories|haunted house|haunted', 'keyword:ghost|keyword:ghosts|keyword:haunted house|keyword:ghost story|keyword:haunting'),
    ('en', 1, 'alien|aliens|alien invasion|extraterrestrial|ufo', 'keyword:aliens|keyword:alien|keyword:alien invasion|keyword:extraterrestrial|keyword:ufo'),
    ('en', 1, 'robot|robots|android|androids|artificial intelligence|ai', 'keyword:robots|keyword:robot|keyword:artificial intelligence|keyword:android|keyword:androids'),
    ('en', 1, 'space|outer space|space travel|space opera|astronaut|astronauts|spaceship', 'keyword:space|keyword:space travel|keyword:space opera|keyword:astronaut|keyword:astronauts|keyword:spaceship|keyword:outer space|keyword:space station'),
    ('en', 1, 'dystopia|dystopian|dystopias', 'keyword:dystopia|keyword:dystopian'),
    ('en', 1, 'post apocalyptic|postapocalyptic|apocalypse|apocalyptic|end of the world', 'keyword:post-apocalyptic|keyword:apocalypse|keyword:end of the world|keyword:post-apocalypse'),
    ('en', 1, 'monster|monsters|creature feature|kaiju|giant monster', 'keyword:monster|keyword:monsters|keyword:giant monster|keyword:kaiju|keyword:creature'),
    ('en', 1, 'disaster|disasters', 'keyword:disaster|keyword:natural disaster|keyword:earthquake|keyword:volcano|keyword:tornado'),
    ('en', 1, 'survival|survive', 'keyword:survival'),
    ('en', 1, 'spy|spies|espionage|secret agent|secret agents|spy thriller', 'keyword:spy|keyword:spies|keyword:espionage|keyword:secret agent|keyword:james bond'),
    ('en', 1, 'detective|detectives|private eye|private detective', 'keyword:detective|keyword:private eye|keyword:private detective|keyword:sherlock holmes'),
    ('en', 1, 'serial killer|serial killers', 'keyword:serial killer'),
    ('en', 1, 'slasher|slashers', 'keyword:slasher'),
    ('en', 1, 'found footage', 'keyword:found footage'),
    ('en', 1, 'body horror', 'keyword:body horror'),
    ('en', 1, 'hitman|hitmen|assassin|assassins', 'keyword:hitman|keyword:assassin|keyword:assassins'),
    ('en', 1, 'courtroom|courtroom drama|courtroom dramas|legal drama|trial|lawyers|court', 'keyword:courtroom|keyword:trial|keyword:lawyer|keyword:lawyers|keyword:jury'),
    ('en', 1, 'prison|prison break|prison escape', 'keyword:prison|keyword:prison break|keyword:prison escape'),
    ('en', 1, 'revenge|vengeance', 'keyword:revenge|keyword:vengeance'),
    ('en', 1, 'conspiracy|political thriller|paranoia|paranoid', 'keyword:conspiracy|keyword:political thriller|keyword:paranoia|keyword:politics'),
    ('en', 1, 'martial arts|kung fu|karate', 'keyword:martial arts|keyword:kung fu|keyword:karate|keyword:wuxia'),
    ('en', 1, 'wuxia|swordplay', 'keyword:wuxia|keyword:swordplay|keyword:swordsman'),
    ('en', 1, 'samurai', 'keyword:samurai|keyword:ronin'),
    ('en', 1, 'sport|sports|sporting|underdog', 'keyword:sports|keyword:sport|keyword:underdog|keyword:baseball|keyword:boxing|keyword:american football|keyword:football|keyword:basketball|keyword:cricket'),
    ('en', 1, 'boxing|boxer|boxers', 'keyword:boxing|keyword:boxer'),
    ('en', 1, 'baseball', 'keyword:baseball'),
    ('en', 1, 'cricket', 'keyword:cricket'),
    ('en', 1, 'christmas|xmas', 'keyword:christmas|keyword:christmas eve'),
    ('en', 1, 'wedding|weddings', 'keyword:wedding'),
    ('en', 1, 'biopic|biopics|biographical|biography', 'keyword:biography|keyword:biopic'),
    ('en', 1, 'true story|true stories|based on a true story|based on true events|based on true story|real life', 'keyword:true story|keyword:based on a true story|keyword:biography|keyword:true crime'),
    ('en', 1, 'anti war|antiwar', 'keyword:anti-war|keyword:antiwar'),
    ('en', 1, 'world war ii|world war 2|world war two|second world war|ww2|wwii', 'keyword:world war ii|keyword:world war 2|keyword:second world war|keyword:holocaust'),
    ('en', 1, 'world war i|world war 1|world war one|first world war|ww1|wwi', 'keyword:world war i|keyword:first world war'),
    ('en', 1, 'vietnam war', 'keyword:vietnam war'),
    ('en', 1, 'cold war', 'keyword:cold war'),
    ('en', 1, 'holocaust', 'keyword:holocaust'),
    ('en', 1, 'silent|silent film|silent films|silent movie|silent movies', 'keyword:silent film|keyword:silent'),
    ('en', 1, 'black and white', 'keyword:black and white'),
    ('en', 1, 'neorealism|neorealist|neo realism', 'keyword:neorealism|keyword:neorealist'),
    ('en', 1, 'new wave|nouvelle vague', 'keyword:new wave|keyword:french new wave|keyword:nouvelle vague'),
    ('en', 1, 'cult|cult film|cult films|cult classic|cult classics', 'keyword:cult film|keyword:cult classic|keyword:cult'),
    ('en', 1, 'high school|teen|teenage|teenagers|teens', 'keyword:high school|keyword:teenagers|keyword:teenager|keyword:teen comedy|keyword:teen'),
    ('en', 1, 'buddy|buddy comedy|buddy comedies|buddy cop', 'keyword:buddy comedy|keyword:buddy cop|keyword:buddy film'),
    ('en', 1, 'slapstick|silly|goofy', 'keyword:slapstick|keyword:parody|keyword:spoof|keyword:farce'),
    ('en', 1, 'screwball|screwball comedy|screwball comedies', 'keyword:screwball|keyword:screwball comedy'),
    ('en', 1, 'parody|parodies|spoof|spoofs', 'keyword:parody|keyword:spoof'),
    ('en', 1, 'satire|satires|satirical', 'keyword:satire|keyword:political satire'),
    ('en', 1, 'epic|epics', 'keyword:epic'),
    ('en', 1, 'lgbt|lgbtq|gay|queer', 'keyword:lgbt|keyword:gay|keyword:lesbian|keyword:queer|keyword:transgender'),
    ('en', 1, 'lesbian|lesbians', 'keyword:lesbian|keyword:lesbian love'),
    ('en', 1, 'female director|female directors|women directors|directed by women|directed by a woman|woman director', 'keyword:female director'),
    ('en', 1, 'female lead|female leads|strong women|strong heroine|heroine', 'keyword:female lead|keyword:strong heroine|keyword:strong woman'),
    ('en', 1, 'friendship|friends', 'keyword:friendship|keyword:friends|keyword:female friendship'),
    ('en', 1, 'first love|young love', 'keyword:first love'),
    ('en', 1, 'bittersweet|melancholy|melancholic|wistful', 'keyword:bittersweet|keyword:melancholy|keyword:loneliness'),
    ('en', 1, 'shark|sharks', 'keyword:shark|keyword:sharks|keyword:shark attack'),
    ('en', 1, 'dinosaur|dinosaurs', 'keyword:dinosaurs|keyword:dinosaur'),
    ('en', 1, 'dog|dogs', 'keyword:dog|keyword:dogs'),
    ('en', 1, 'train|trains', 'keyword:train|keyword:trains'),
    ('en', 1, 'food|cooking|chef|chefs|foodie', 'keyword:cooking|keyword:food|keyword:chef|keyword:restaurant'),
    ('en', 1, 'dance|dancing|ballet', 'keyword:dance|keyword:dancing|keyword:ballet'),
    ('en', 1, 'pirate|pirates', 'keyword:pirates|keyword:pirate'),
    ('en', 1, 'magic|wizard|wizards|witch|witches', 'keyword:magic|keyword:wizard|keyword:wizards|keyword:witch|keyword:witches'),
    ('en', 1, 'fairy tale|fairy tales|fairytale|fairytales', 'keyword:fairy tale|keyword:fairy tales|keyword:folk tale'),
    ('en', 1, 'con artist|con artists|con man|con men|scam|scams', 'keyword:con artist|keyword:con man|keyword:con artists|keyword:con|keyword:scam'),
    ('en', 1, 'bollywood musical|bollywood musicals', 'genre:music|keyword:songs'),
    ('en', 2, 'bollywood musical|bollywood musicals', 'language:hi'),
    ('en', 1, 'psychological thriller|psychological thrillers', 'genre:thriller'),
    ('en', 2, 'psychological thriller|psychological thrillers',
        'keyword:psychological|keyword:psychological thriller|keyword:paranoia|keyword:obsession|keyword:twist ending|keyword:amnesia|keyword:madness|keyword:identity'),
    ('en', 1, 'studio ghibli|ghibli', 'keyword:studio ghibli'),
    ('en', 1, 'disney', 'keyword:disney|keyword:pixar'),
    ('en', 1, 'pixar', 'keyword:pixar'),
    ('en', 1, 'book|books|novel|novels', 'kind:book'),
    ('en', 1, 'tv show|tv shows|tv series|television series|series', 'kind:tv_show'),
    -- Languages and countries.
    ('en', 1, 'iranian|persian|farsi|iran', 'language:fa|country:IR'),
    ('en', 1, 'german|germany', 'language:de|country:DE'),
    ('en', 1, 'austrian|austria', 'country:AT'),
    ('en', 1, 'swiss|switzerland', 'country:CH'),
    ('en', 1, 'french|france', 'language:fr|country:FR'),
    ('en', 1, 'belgian|belgium', 'country:BE'),
    ('en', 1, 'dutch|netherlands', 'language:nl|country:NL'),
    ('en', 1, 'spanish', 'language:es|country:ES'),
    ('en', 1, 'spain', 'country:ES'),
    ('en', 1, 'mexican|mexico', 'country:MX'),
    ('en', 1, 'argentine|argentinian|argentina', 'country:AR'),
    ('en', 1, 'chilean|chile', 'country:CL'),
    ('en', 1, 'colombian|colombia', 'country:CO'),
    ('en', 1, 'cuban|cuba', 'country:CU'),
    ('en', 1, 'peruvian|peru', 'country:PE'),
    ('en', 1, 'latin american|latin america', 'country:MX|country:AR|country:BR|country:CL|country:CO|country:CU|country:PE|country:UY|country:VE|country:GT'),
    ('en', 1, 'brazilian|brazil', 'country:BR'),
    ('en', 1, 'portuguese', 'language:pt|country:PT'),
    ('en', 1, 'portugal', 'country:PT'),
    ('en', 1, 'italian|italy', 'language:it|country:IT'),
    ('en', 1, 'greek|greece', 'language:el|country:GR'),
    ('en', 1, 'turkish|turkey', 'language:tr|country:TR'),
    ('en', 1, 'japanese|japan', 'language:ja|country:JP'),
    ('en', 1, 'korean|korea|south korean|south korea', 'language:ko|country:KR'),
    ('en', 1, 'chinese', 'language:zh|language:cn|country:CN|country:HK|country:TW'),
    ('en', 1, 'china', 'country:CN'),
    ('en', 1, 'mandarin', 'language:zh'),
    ('en', 1, 'cantonese', 'language:cn'),
    ('en', 1, 'hong kong', 'country:HK|language:cn'),
    ('en', 1, 'taiwanese|taiwan', 'country:TW'),
    ('en', 1, 'indian|india', 'country:IN|language:hi|language:ta|language:te|language:ml|language:bn'),
    ('en', 1, 'hindi|bollywood', 'language:hi'),
    ('en', 1, 'tamil|kollywood', 'language:ta'),
    ('en', 1, 'telugu|tollywood', 'language:te'),
    ('en', 1, 'malayalam|mollywood', 'language:ml'),
    ('en', 1, 'bengali|bangla', 'language:bn'),
    ('en', 1, 'kannada|sandalwood', 'language:kn'),
    ('en', 1, 'marathi', 'language:mr'),
    ('en', 1, 'punjabi', 'language:pa'),
    ('en', 1, 'urdu', 'language:ur'),
    ('en', 1, 'pakistani|pakistan', 'country:PK'),
    ('en', 1, 'south indian|south india', 'language:ta|language:te|language:ml|language:kn'),
    ('en', 1, 'nollywood|nigerian|nigeria', 'country:NG'),
    ('en', 1, 'african|africa', 'country:NG|country:ZA|country:SN|country:ML|country:KE|country:BF|country:GH|country:ET|country:EG|country:DZ|country:TN|country:MA'),
    ('en', 1, 'south african|south africa', 'country:ZA'),
    ('en', 1, 'senegalese|senegal', 'country:SN'),
    ('en', 1, 'algerian|algeria', 'country:DZ'),
    ('en', 1, 'egyptian|egypt', 'country:EG'),
    ('en', 1, 'arabic|arab', 'language:ar'),
    ('en', 1, 'lebanese|lebanon', 'country:LB'),
    ('en', 1, 'israeli|israel|hebrew', 'language:he|country:IL'),
    ('en', 1, 'british|britain|uk|english film|england', 'country:GB'),
    ('en', 1, 'english|english language', 'language:en'),
    ('en', 1, 'irish|ireland', 'country:IE'),
    ('en', 1, 'american|america|usa|hollywood', 'country:US'),
    ('en', 1, 'canadian|canada', 'country:CA'),
    ('en', 1, 'australian|australia|aussie', 'country:AU'),
    ('en', 1, 'new zealand|kiwi', 'country:NZ'),
    ('en', 1, 'swedish|sweden', 'language:sv|country:SE'),
    ('en', 1, 'danish|denmark', 'language:da|country:DK'),
    ('en', 1, 'norwegian|norway', 'language:no|language:nb|country:NO'),
    ('en', 1, 'finnish|finland', 'language:fi|country:FI'),
    ('en', 1, 'icelandic|iceland', 'language:is|country:IS'),
    ('en', 1, 'scandinavian|nordic|scandinavia', 'country:SE|country:DK|country:NO|country:FI|country:IS'),
    ('en', 1, 'polish|poland', 'language:pl|country:PL'),
    ('en', 1, 'czech|czechoslovak|czechoslovakia', 'language:cs|country:CZ|country:CS'),
    ('en', 1, 'hungarian|hungary', 'language:hu|country:HU'),
    ('en', 1, 'romanian|romania', 'language:ro|country:RO'),
    ('en', 1, 'russian|russia', 'language:ru|country:RU|country:SU'),
    ('en', 1, 'soviet|soviet union|ussr', 'country:SU'),
    ('en', 1, 'ukrainian|ukraine', 'language:uk|country:UA'),
    ('en', 1, 'yugoslav|yugoslavia|serbian|serbia|balkan', 'language:sr|language:sh|country:YU|country:RS|country:BA'),
    ('en', 1, 'thai|thailand', 'language:th|country:TH'),
    ('en', 1, 'vietnamese', 'language:vi|country:VN'),
    ('en', 1, 'indonesian|indonesia', 'language:id|country:ID'),
    ('en', 1, 'filipino|philippine|philippines', 'language:tl|country:PH'),
    ('en', 1, 'asian|east asian|asia', 'country:JP|country:KR|country:CN|country:HK|country:TW|country:TH|country:VN|country:IN|country:ID'),
    ('en', 1, 'european|europe', 'country:FR|country:DE|country:IT|country:ES|country:GB|country:SE|country:DK|country:PL|country:AT|country:BE|country:NL|country:CZ|country:HU|country:FI|country:NO|country:PT'),
    -- Decades.
    ('en', 1, 'twenties|nineteen twenties', 'decade:1920'),
    ('en', 1, 'thirties|nineteen thirties', 'decade:1930'),
    ('en', 1, 'forties|nineteen forties', 'decade:1940'),
    ('en', 1, 'fifties|nineteen fifties', 'decade:1950'),
    ('en', 1, 'sixties|nineteen sixties', 'decade:1960'),
    ('en', 1, 'seventies|nineteen seventies', 'decade:1970'),
    ('en', 1, 'eighties|nineteen eighties', 'decade:1980'),
    ('en', 1, 'nineties|nineteen nineties', 'decade:1990'),
    ('en', 1, 'noughties|two thousands', 'decade:2000'),
    ('de', 1, 'zwanziger|zwanziger jahre', 'decade:1920'),
    ('de', 1, 'dreissiger|dreissiger jahre', 'decade:1930'),
    ('de', 1, 'vierziger|vierziger jahre', 'decade:1940'),
    ('de', 1, 'funfziger|funfziger jahre', 'decade:1950'),
    ('de', 1, 'sechziger|sechziger jahre', 'decade:1960'),
    ('de', 1, 'siebziger|siebziger jahre', 'decade:1970'),
    ('de', 1, 'achtziger|achtziger jahre', 'decade:1980'),
    ('de', 1, 'neunziger|neunziger jahre', 'decade:1990'),
    -- Words that say nothing about an item, and words that say what follows them.
    ('en', 1, 'film|films|movie|movies|cinema|picture|pictures|flick|flicks|feature|features|the|a|an|of|in|from|s|some|something|anything|any|good|best|great|greatest|top', 'filler'),
    ('en', 1, 'classic|classics|famous|old|watch|to watch|see|to|for|me|show|show me|i|want|i want|want to|please|recommend|recommendation|recommendations|find|find me|give me|and', 'filler'),
    ('en', 1, 'really|very|that|is|are|made|made in|released|released in|language|languages|story|stories|tale|tales|night|kind of|type of|all|list|by', 'filler'),
    ('en', 1, 'early|mid|late|before|after|since|until|between|year|decade', 'filler'),
    ('en', 1, 'about|where|who|whose|which|when|set in|set during|set on|set at|in which|without|involving|based on', 'about'),
    ('en', 1, 'with|featuring|starring|stars|acted by|played by|has', 'job:actor'),
    ('en', 1, 'directed by|director|by director|a film by|films by|movies by|film by|movie by|filmmaker', 'job:director'),
    ('en', 1, 'by|from|of', 'job:any'),
    ('en', 1, 'like|similar to|such as|reminiscent of|in the style of|in the vein of|same vibe as|along the lines of', 'like'),
    -- Spanish.
    ('es', 1, 'pelicula|peliculas|cine|de|del|la|el|los|las|una|un|en|y|buena|buenas|para|ver|algo|que', 'filler'),
    ('es', 1, 'ano|anos|decada', 'filler'),
    ('es', 1, 'accion', 'genre:action'),
    ('es', 1, 'aventura|aventuras', 'genre:adventure'),
    ('es', 1, 'animacion|dibujos animados|animada|animadas', 'genre:animation'),
    ('es', 1, 'comedia|comedias|risa|reir|graciosa|graciosas|divertida|divertidas', 'genre:comedy'),
    ('es', 1, 'policiaca|policiacas|policial|policiales|criminal|crimen|cine negro|mafia', 'genre:crime|genre:film-noir'),
    ('es', 1, 'documental|documentales', 'genre:documentary'),
    ('es', 1, 'drama|dramas', 'genre:drama'),
    ('es', 1, 'fantasia|fantastica|fantasticas', 'genre:fantasy'),
    ('es', 1, 'terror|miedo|horror', 'genre:horror'),
    ('es', 1, 'musical|musicales', 'genre:music|keyword:musical|keyword:songs'),
    ('es', 1, 'misterio', 'genre:mystery'),
    ('es', 1, 'amor|romantica|romanticas|romance|historia de amor', 'genre:romance'),
    ('es', 1, 'comedia romantica|comedias romanticas', 'genre:romance'),
    ('es', 2, 'comedia romantica|comedias romanticas', 'genre:comedy'),
    ('es', 1, 'ciencia ficcion', 'genre:science-fiction'),
    ('es', 1, 'suspense|suspenso', 'genre:thriller'),
    ('es', 1, 'guerra|belica|belicas', 'genre:war|keyword:war'),
    ('es', 1, 'oeste|vaqueros', 'genre:western'),
    ('es', 1, 'ninos|infantil|infantiles|familiar|familiares', 'genre:family|genre:animation'),
    ('es', 1, 'triste|tristes|llorar', 'keyword:tear-jerker|keyword:tragedy|keyword:heartbreak'),
    ('es', 1, 'zombis', 'keyword:zombies|keyword:zombie'),
    ('es', 1, 'vampiros', 'keyword:vampire|keyword:vampires'),
    ('es', 1, 'fantasmas', 'keyword:ghost|keyword:ghosts|keyword:haunted house'),
    ('es', 1, 'espanola|espanolas|espanol|espanoles', 'language:es|country:ES'),
    ('es', 1, 'espana', 'country:ES'),
    ('es', 1, 'mexicana|mexicanas|mexicano', 'country:MX'),
    ('es', 1, 'argentinas|argentino', 'country:AR'),
    ('es', 1, 'francesa|francesas|frances|francia', 'language:fr|country:FR'),
    ('es', 1, 'alemana|alemanas|aleman|alemania', 'language:de|country:DE'),
    ('es', 1, 'italiana|italianas|italiano|italia', 'language:it|country:IT'),
    ('es', 1, 'japonesa|japonesas|japones', 'language:ja|country:JP'),
    ('es', 1, 'coreana|coreanas|coreano|corea', 'language:ko|country:KR'),
    ('es', 1, 'chinas|chino', 'language:zh|language:cn|country:CN|country:HK'),
    ('es', 1, 'indias|indio', 'country:IN|language:hi'),
    ('es', 1, 'irani|iranies', 'language:fa|country:IR'),
    ('es', 1, 'rusa|rusas|ruso|rusia', 'language:ru|country:RU|country:SU'),
    ('es', 1, 'inglesa|inglesas|britanica|britanicas', 'country:GB'),
    ('es', 1, 'dirigida por|dirigidas por|director|del director', 'job:director'),
    ('es', 1, 'con|protagonizada por', 'job:actor'),
    ('es', 1, 'de', 'job:any'),
    ('es', 1, 'sobre|acerca de|donde', 'about'),
    ('es', 1, 'como|parecida a|parecidas a|similar a', 'like'),
    -- French.
    ('fr', 1, 'cinema|de|du|d|la|le|les|l|une|un|des|en|et|bon|bons|meilleur|meilleurs|voir|pour|qui|quelque chose', 'filler'),
    ('fr', 1, 'annee|annees', 'filler'),
    ('fr', 1, 'aventure|aventures', 'genre:adventure'),
    ('fr', 1, 'dessin anime|dessins animes|film d animation|films d animation', 'genre:animation'),
    ('fr', 1, 'comedie|comedies|rire|drole|droles|comique|comiques|faire rire', 'genre:comedy'),
    ('fr', 1, 'policier|policiers|polar|polars', 'genre:crime|genre:mystery'),
    ('fr', 1, 'documentaire|documentaires', 'genre:documentary'),
    ('fr', 1, 'drame|drames|dramatique', 'genre:drama'),
    ('fr', 1, 'fantastique|fantastiques', 'genre:fantasy|genre:horror'),
    ('fr', 1, 'horreur|epouvante', 'genre:horror'),
    ('fr', 1, 'comedie musicale|comedies musicales', 'genre:music|keyword:musical'),
    ('fr', 1, 'mystere', 'genre:mystery'),
    ('fr', 1, 'amour|romantique|romantiques|histoire d amour', 'genre:romance'),
    ('fr', 1, 'comedie romantique|comedies romantiques', 'genre:romance'),
    ('fr', 2, 'comedie romantique|comedies romantiques', 'genre:comedy'),
    ('fr', 1, 'guerre', 'genre:war|keyword:war'),
    ('fr', 1, 'famille|enfants|pour enfants', 'genre:family|genre:animation'),
    ('fr', 1, 'triste|tristes|pleurer', 'keyword:tear-jerker|keyword:tragedy|keyword:heartbreak'),
    ('fr', 1, 'espionnage', 'keyword:spy|keyword:espionage|keyword:secret agent'),
    ('fr', 1, 'francais|francaise|francaises', 'language:fr|country:FR'),
    ('fr', 1, 'allemand|allemands|allemande|allemandes|allemagne', 'language:de|country:DE'),
    ('fr', 1, 'espagnol|espagnols|espagnole|espagnoles|espagne', 'language:es|country:ES'),
    ('fr', 1, 'italien|italiens|italienne|italiennes|italie', 'language:it|country:IT'),
    ('fr', 1, 'japonais|japonaise|japonaises|japon', 'language:ja|country:JP'),
    ('fr', 1, 'coreen|coreens|coreenne|coreennes|coree', 'language:ko|country:KR'),
    ('fr', 1, 'chinois|chinoise|chinoises|chine', 'language:zh|language:cn|country:CN|country:HK'),
    ('fr', 1, 'indien|indiens|indienne|indiennes|inde', 'country:IN|language:hi'),
    ('fr', 1, 'iranien|iraniens|iranienne|iraniennes', 'language:fa|country:IR'),
    ('fr', 1, 'russe|russes|russie', 'language:ru|country:RU|country:SU'),
    ('fr', 1, 'americain|americains|americaine|americaines', 'country:US'),
    ('fr', 1, 'anglais|britannique|britanniques', 'country:GB'),
    ('fr', 1, 'realise par|realises par|realisateur', 'job:director'),
    ('fr', 1, 'avec', 'job:actor'),
    ('fr', 1, 'de|par', 'job:any'),
    ('fr', 1, 'sur|au sujet de|ou', 'about'),
    ('fr', 1, 'comme|semblable a|dans le style de', 'like'),
    -- German.
    ('de', 1, 'filme|kino|der|die|das|ein|eine|einen|aus|im|den|dem|und|gute|guter|guten|gutes|beste|besten|fur|schauen|etwas|jahre|jahren|jahrgang|zum|uns|mir|ich|will', 'filler'),
    ('de', 1, 'abenteuer|abenteuerfilm|abenteuerfilme', 'genre:adventure'),
    ('de', 1, 'actionfilm|actionfilme', 'genre:action'),
    ('de', 1, 'zeichentrick|zeichentrickfilm|zeichentrickfilme|trickfilm|trickfilme|animationsfilm|animationsfilme', 'genre:animation'),
    ('de', 1, 'komodie|komodien|lustig|lustige|lustiger|lachen|zum lachen|witzig|witzige', 'genre:comedy'),
    ('de', 1, 'krimi|krimis|kriminalfilm', 'genre:crime|genre:mystery'),
    ('de', 1, 'dokumentarfilm|dokumentarfilme|doku|dokus|dokumentation', 'genre:documentary'),
    ('de', 1, 'dramen', 'genre:drama'),
    ('de', 1, 'fantasyfilm|fantasyfilme', 'genre:fantasy'),
    ('de', 1, 'horrorfilm|horrorfilme|gruselfilm|gruselfilme|gruselig|zum gruseln', 'genre:horror'),
    ('de', 1, 'musikfilm|musikfilme', 'genre:music|keyword:musical'),
    ('de', 1, 'liebe|liebesfilm|liebesfilme|liebesgeschichte|romanze|romanzen|romantisch|romantische', 'genre:romance'),
    ('de', 1, 'science fiction film|science fiction filme', 'genre:science-fiction'),
    ('de', 1, 'krieg|kriegsfilm|kriegsfilme|krieges', 'genre:war|keyword:war'),
    ('de', 1, 'antikriegsfilm|antikriegsfilme', 'keyword:anti-war|genre:war'),
    ('de', 1, 'kinder|kinderfilm|kinderfilme|familienfilm|familienfilme', 'genre:family|genre:animation'),
    ('de', 1, 'traurig|traurige|zum weinen', 'keyword:tear-jerker|keyword:tragedy|keyword:heartbreak'),
    ('de', 1, 'agentenfilm|agentenfilme|spionagefilm', 'keyword:spy|keyword:espionage|keyword:secret agent'),
    ('de', 1, 'deutsch|deutsche|deutscher|deutsches|deutschen|deutschland', 'language:de|country:DE'),
    ('de', 1, 'osterreich|osterreichische|osterreichischer', 'country:AT'),
    ('de', 1, 'franzosisch|franzosische|franzosischer|franzosischen|frankreich', 'language:fr|country:FR'),
    ('de', 1, 'spanisch|spanische|spanischer|spanischen|spanien', 'language:es|country:ES'),
    ('de', 1, 'italienisch|italienische|italienischer|italienischen|italien', 'language:it|country:IT'),
    ('de', 1, 'japanisch|japanische|japanischer|japanischen', 'language:ja|country:JP'),
    ('de', 1, 'koreanisch|koreanische|koreanischer|koreanischen', 'language:ko|country:KR'),
    ('de', 1, 'chinesisch|chinesische|chinesischer|chinesischen', 'language:zh|language:cn|country:CN|country:HK'),
    ('de', 1, 'indisch|indische|indischer|indischen|indien', 'country:IN|language:hi'),
    ('de', 1, 'iranisch|iranische|iranischer|iranischen', 'language:fa|country:IR'),
    ('de', 1, 'russisch|russische|russischer|russischen|russland', 'language:ru|country:RU|country:SU'),
    ('de', 1, 'amerikanisch|amerikanische|amerikanischer|amerikanischen', 'country:US'),
    ('de', 1, 'britisch|britische|britischer|britischen|englische', 'country:GB'),
    ('de', 1, 'von regisseur|regisseur|regie', 'job:director'),
    ('de', 1, 'mit', 'job:actor'),
    ('de', 1, 'von', 'job:any'),
    ('de', 1, 'uber|in dem|in der|wo', 'about'),
    ('de', 1, 'wie|ahnlich wie|im stil von', 'like'),
    -- Hindi.
    ('hi', 1, 'फिल्म|फिल्में|फिल्मे|फ़िल्म|फ़िल्में|मूवी|सिनेमा|की|का|के|में|से|और|अच्छी|अच्छा|कोई|वाली|एक', 'filler'),
    ('hi', 1, 'कॉमेडी|हास्य|मजेदार|हंसाने|हँसाने', 'genre:comedy'),
    ('hi', 1, 'डरावनी|हॉरर|भूतिया', 'genre:horror'),
    ('hi', 1, 'रोमांटिक|प्रेम|प्रेम कहानी|प्यार|रोमांस', 'genre:romance'),
    ('hi', 1, 'युद्ध|जंग', 'genre:war|keyword:war'),
    ('hi', 1, 'एक्शन|मारधाड़', 'genre:action'),
    ('hi', 1, 'अपराध|क्राइम', 'genre:crime'),
    ('hi', 1, 'थ्रिलर|रोमांचक', 'genre:thriller'),
    ('hi', 1, 'विज्ञान कथा|साइंस फिक्शन', 'genre:science-fiction'),
    ('hi', 1, 'पारिवारिक|बच्चों', 'genre:family|genre:animation'),
    ('hi', 1, 'हिंदी|हिन्दी|बॉलीवुड', 'language:hi'),
    ('hi', 1, 'तमिल', 'language:ta'),
    ('hi', 1, 'तेलुगु', 'language:te'),
    ('hi', 1, 'मलयालम', 'language:ml'),
    ('hi', 1, 'बंगाली|बांग्ला', 'language:bn'),
    ('hi', 1, 'जापानी|जापान', 'language:ja|country:JP'),
    ('hi', 1, 'कोरियाई|कोरियन', 'language:ko|country:KR'),
    ('hi', 1, 'फ्रेंच|फ्रांसीसी', 'language:fr|country:FR'),
    ('hi', 1, 'जर्मन', 'language:de|country:DE'),
    ('hi', 1, 'ईरानी', 'language:fa|country:IR'),
    ('hi', 1, 'चीनी', 'language:zh|language:cn|country:CN|country:HK'),
    ('hi', 1, 'बारे में', 'filler'),
    ('hi', 1, 'जैसी|जैसा|जैसे', 'like after'),
    -- Japanese, Chinese and Korean, which are written without spaces.
    ('ja', 1, '映画|作品|の|な|で|と|が|を|に|する|される', 'filler'),
    ('ja', 1, '戦争|戦争映画', 'genre:war|keyword:war'),
    ('ja', 1, 'ホラー|怖い|恐怖', 'genre:horror'),
    ('ja', 1, 'コメディ|コメディー|喜劇|笑える|お笑い', 'genre:comedy'),
    ('ja', 1, '恋愛|ラブストーリー|ロマンス|恋愛映画', 'genre:romance'),
    ('ja', 1, 'アニメ|アニメーション', 'genre:animation'),
    ('ja', 1, 'アクション', 'genre:action'),
    ('ja', 1, '時代劇', 'keyword:samurai|keyword:ronin|genre:history'),
    ('ja', 1, '侍|サムライ', 'keyword:samurai|keyword:ronin'),
    ('ja', 1, 'ミステリー|推理', 'genre:mystery'),
    ('ja', 1, 'サスペンス|スリラー', 'genre:thriller'),
    ('ja', 1, '西部劇', 'genre:western'),
    ('ja', 1, 'ドキュメンタリー', 'genre:documentary'),
    ('ja', 1, 'ファンタジー', 'genre:fantasy'),
    ('ja', 1, '泣ける', 'keyword:tear-jerker|keyword:tragedy|keyword:heartbreak'),
    ('ja', 1, '怪獣', 'keyword:monster|keyword:kaiju|keyword:giant monster'),
    ('ja', 1, '任侠|ヤクザ', 'keyword:yakuza'),
    ('ja', 1, '日本|邦画', 'language:ja|country:JP'),
    ('ja', 1, '韓国', 'language:ko|country:KR'),
    ('ja', 1, '中国', 'language:zh|country:CN'),
    ('ja', 1, '香港', 'country:HK|language:cn'),
    ('ja', 1, '台湾', 'country:TW'),
    ('ja', 1, 'インド', 'country:IN|language:hi'),
    ('ja', 1, 'フランス', 'language:fr|country:FR'),
    ('ja', 1, 'ドイツ', 'language:de|country:DE'),
    ('ja', 1, 'イタリア', 'language:it|country:IT'),
    ('ja', 1, 'スペイン', 'language:es|country:ES'),
    ('ja', 1, 'イラン', 'language:fa|country:IR'),
    ('ja', 1, 'アメリカ', 'country:US'),
    ('ja', 1, 'イギリス', 'country:GB'),
    ('ja', 1, 'ロシア', 'language:ru|country:RU|country:SU'),
    ('ja', 1, '監督', 'job:director after'),
    ('ja', 1, 'のような|みたいな|に似た', 'like after'),
    ('zh', 1, '电影|電影|的|片', 'filler'),
    ('zh', 1, '战争|戰爭', 'genre:war|keyword:war'),
    ('zh', 1, '恐怖', 'genre:horror'),
    ('zh', 1, '喜剧|喜劇|搞笑', 'genre:comedy'),
    ('zh', 1, '爱情|愛情', 'genre:romance'),
    ('zh', 1, '科幻', 'genre:science-fiction'),
    ('zh', 1, '动画|動畫', 'genre:animation'),
    ('zh', 1, '武侠|武俠', 'keyword:wuxia|keyword:martial arts'),
    ('zh', 1, '动作|動作', 'genre:action'),
    ('zh', 1, '台湾|台灣', 'country:TW'),
    ('zh', 1, '韩国|韓國', 'language:ko|country:KR'),
    ('zh', 1, '印度', 'country:IN|language:hi'),
    ('zh', 1, '法国|法國', 'language:fr|country:FR'),
    ('zh', 1, '德国|德國', 'language:de|country:DE'),
    ('zh', 1, '美国|美國', 'country:US'),
    ('ko', 1, '영화', 'filler'),
    ('ko', 1, '공포', 'genre:horror'),
    ('ko', 1, '코미디', 'genre:comedy'),
    ('ko', 1, '로맨스', 'genre:romance'),
    ('ko', 1, '전쟁', 'genre:war|keyword:war'),
    ('ko', 1, '한국', 'language:ko|country:KR'),
    ('ko', 1, '일본', 'language:ja|country:JP')
) as v (language, need, phrases, marks)
cross join lateral string_to_table(v.phrases, '|') as p (phrase)
cross join lateral string_to_table(v.marks, '|') as m (mark)
on conflict do nothing;

-- source: sql/private/search/index/search_sources.sql
-- The input of the search index: each item's texts, in the order of their weight, and the values that filters use.
-- facts are words for the language, the countries and the decade; English and the United States are left out, because
-- most items would have their words. marks hold the first country only: others took part.
create or replace view private.search_sources with (security_invoker = true) as
with catalogue as (
    select
        c.id as item_id,
        c.kind,
        c.original_language as language,
        c.release_year as year,
        c.popularity,
        c.title,
        nullif(c.original_title, c.title) as original_title,
        '{}'::text[] as authors,
        null::text as subtitle,
        c.overview,
        c.countries
    from public.content as c
    union all
    select
        b.id as item_id,
        b.kind,
        b.language,
        b.published_year as year,
        b.popularity,
        b.title,
        null::text as original_title,
        b.authors,
        b.subtitle,
        b.description as overview,
        '{}'::text[] as countries
    from public.books as b
),

described as (
    select
        c.*,
        array(
            select 'language:' || l.code
            from (select c.language as code) as l
            where l.code is not null
            union all
            select 'country:' || k.code from unnest(c.countries) as k (code)
        ) as origins,
        c.countries[1] as country
    from catalogue as c
)

select
    c.item_id,
    c.kind,
    c.language,
    c.year,
    c.popularity,
    c.title,
    c.original_title,
    c.authors,
    c.subtitle,
    c.overview,
    array(
        select g.slug
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
        order by g.slug
    ) as genres,
    (
        select string_agg(g.name, '. ' order by g.slug)
        from public.item_genres as i
        inner join public.genres as g on i.genre_id = g.id
        where i.item_id = c.item_id
    ) as genre_names,
    (
        select string_agg(t.tag, '. ' order by t.tag)
        from public.item_tags as t
        where t.item_id = c.item_id
    ) as tags,
    array(
        select n.title
        from (
            select a.title
            from public.alternative_titles as a
            where a.content_id = c.item_id
            union
            select t.title
            from public.content_translations as t
            where t.content_id = c.item_id and t.title is not null
        ) as n
        order by n.title
    ) as alternative_titles,
    (
        select string_agg(p.name, '. ' order by r.position, p.name)
        from public.credits as r
        inner join public.people as p on r.person_id = p.id
        where r.item_id = c.item_id and r.job in ('director', 'creator')
    ) as directors,
    (
        select string_agg(p.name, '. ' order by r.job, r.position, p.name)
        from public.credits as r
        inner join public.people as p on r.person_id = p.id
        where r.item_id = c.item_id and r.job not in ('director', 'creator')
    ) as cast_names,
    (
        select string_agg(k.keyword, '. ' order by k.keyword)
        from public.item_keywords as k
        where k.item_id = c.item_id
    ) as keywords,
    nullif(
        concat_ws(
            '. ',
            (
                select string_agg(distinct w.phrase, '. ')
                from private.query_words as w
                where w.language = 'en' and w.mark = any(c.origins) and w.mark not in ('language:en', 'country:US')
            ),
            case when cardinality(c.origins) > 0 then c.year / 10 * 10 || 's' end
        ),
        ''
    ) as facts,
    (
        select jsonb_object_agg(t.language, t.overview)
        from public.content_translations as t
        where t.content_id = c.item_id and t.overview <> ''
    ) as translations,
    array_remove(array['kind:' || c.kind, 'language:' || c.language, 'country:' || c.country], null) || array(
        select m.mark
        from (
            select 'genre:' || g.slug as mark
            from public.item_genres as i
            inner join public.genres as g on i.genre_id = g.id
            where i.item_id = c.item_id
            union
            select 'keyword:' || k.keyword
            from public.item_keywords as k
            where k.item_id = c.item_id
            union
            select unnest(array[r.job || ':', 'person:']) || r.person_id
            from public.credits as r
            where r.item_id = c.item_id
        ) as m
        order by m.mark
    ) as marks
from described as c;
comment on view private.search_sources is 'The input of the search index: the texts and filter values of each item.';
grant select on private.search_sources to anon, authenticated, service_role;

-- source: sql/private/search/index/index_changed.sql
-- Trigger. Updates the search index of changed items in the transaction that changes them. The argument is the column
-- of the changed rows that contains the item's id; with genre_id or person_id, all items of the changed genres or
-- people are updated.
-- Definer: the role that changes an item may not write the search index.
create or replace function private.index_changed() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_items uuid[];
begin
    case tg_argv[0]
        when 'id' then
            select array_agg(distinct c.id) into v_items from changed_rows as c;
        when 'item_id' then
            select array_agg(distinct c.item_id) into v_items from changed_rows as c;
        when 'genre_id' then
            select array_agg(distinct i.item_id) into v_items
            from public.item_genres as i
            where i.genre_id in (select c.id from changed_rows as c);
        when 'content_id' then
            select array_agg(distinct c.content_id) into v_items from changed_rows as c;
        when 'person_id' then
            select array_agg(distinct r.item_id) into v_items
            from public.credits as r
            where r.person_id in (select c.id from changed_rows as c);
    end case;
    if v_items is not null then
        perform private.index_items(v_items);
    end if;
    return null;
end
$$;
comment on function private.index_changed() is 'Trigger: updates the search index when the catalogue changes.';
revoke execute on function private.index_changed() from public;

-- source: sql/private/search/index/index_items.sql
-- Helper. Writes the search documents of items from the catalogue, and the postings and names of those whose texts
-- changed. Each item is looked up by its id, however many there are: while tables are being filled, the planner lacks
-- the statistics to choose a plan.
create or replace function private.index_items(item_ids uuid[]) returns void
language plpgsql set search_path = ''
as $$
declare
    v_sources private.search_sources[];
    v_fresh private.search_sources[];
begin
    -- A concurrent change to another table of the same item waits for this lock, and then reads both changes.
    perform from public.items as i where i.id = any(item_ids) order by i.id for no key update;

    select array_agg(row(s.*)::private.search_sources order by s.item_id) into v_sources
    from unnest(item_ids) as u (item_id)
    cross join lateral (
        select c.*
        from private.search_sources as c
        where c.item_id = u.item_id
        offset 0
    ) as s;

    select array_agg(s) into v_fresh
    from unnest(v_sources) as s
    left join private.search_documents as d on d.item_id = s.item_id
    where d.texts_hash is distinct from private.texts_hash(s);

    insert into private.search_documents as d (
        item_id, kind, language, year, genres, popularity, marks, stemmer, texts_hash
    )
    select
        s.item_id, s.kind, s.language, s.year, s.genres, private.item_popularity(s.item_id, s.popularity), s.marks,
        private.stemmer_of(s.language, concat_ws('. ', s.title, s.subtitle, s.overview)), private.texts_hash(s)
    from unnest(v_sources) as s
    on conflict (item_id) do update set
        language = excluded.language,
        year = excluded.year,
        genres = excluded.genres,
        popularity = excluded.popularity,
        marks = excluded.marks,
        stemmer = excluded.stemmer,
        texts_hash = excluded.texts_hash
    where
        (d.language, d.year, d.genres, d.popularity, d.marks, d.texts_hash)
        is distinct from
        (
            excluded.language, excluded.year, excluded.genres, excluded.popularity, excluded.marks, excluded.texts_hash
        );

    update private.search_names as n set popularity = d.popularity
    from private.search_documents as d
    where d.item_id = any(item_ids) and n.document = d.document and n.popularity <> d.popularity;

    if v_fresh is not null then
        perform private.index_words(v_fresh), private.index_names(v_fresh);
    end if;
end
$$;
comment on function private.index_items(uuid[]) is 'Writes the search documents of items from the catalogue.';
revoke execute on function private.index_items(uuid[]) from public;
grant execute on function private.index_items(uuid[]) to service_role;

-- source: sql/private/search/index/index_names.sql
-- Helper. Rebuilds the name index of documents: one row for each of the first eight words of a title or author, with
-- the name from this word on, so that a prefix of any word finds the name.
create or replace function private.index_names(sources private.search_sources[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_names as n
    using unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    where n.document = d.document;

    insert into private.search_names (document, field, name, start, is_whole, popularity)
    select
        d.document, n.field, n.name, left(array_to_string(w.words[p.place:], ' '), 100), p.place = 1, d.popularity
    from unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    cross join lateral (
        select 'title' as field, s.title as name
        union all
        select 'original_title', s.original_title
        union all
        select 'author', unnest(s.authors)
        union all
        select 'alternative_title', a.title
        from unnest(s.alternative_titles) as a (title)
        where private.fold_name(a.title) not in (
            private.fold_name(s.title), private.fold_name(coalesce(s.original_title, s.title))
        )
    ) as n
    cross join lateral string_to_array(private.fold_name(n.name), ' ') as w (words)
    cross join lateral generate_series(1, least(cardinality(w.words), 8)) as p (place)
    where n.name is not null
$$;
comment on function private.index_names(private.search_sources[]) is 'Rebuilds the name index of documents.';
revoke execute on function private.index_names(private.search_sources[]) from public;
grant execute on function private.index_names(private.search_sources[]) to service_role;

-- source: sql/private/search/index/index_words.sql
-- Helper. Rebuilds the postings of documents, and adds new words to the vocabulary.
-- A posting's weight is that of BM25F (Robertson, Zaragoza, 2009) without the idf, with k1 = 1.2 and b = 0.5. Words of
-- the title count three times, those of other titles, authors, directors and subtitle twice, those of other people and
-- keywords one and a half times. A document's length is that of the fields that every item has; the average is fixed at
-- 40, so that a document's weights do not depend on other documents. Compounds of titles are indexed without their
-- punctuation too (S.W.A.T., Spider-Man), and overviews in other languages by these languages' stemmers.
create or replace function private.index_words(sources private.search_sources[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_postings as p
    using unnest(sources) as s
    join private.search_documents as d on d.item_id = s.item_id
    where p.document = d.document;

    with texts as materialized (
        select d.document, coalesce(t.stemmer, d.stemmer) as stemmer, t.boost, t.is_length, t.text
        from unnest(sources) as s
        join private.search_documents as d on d.item_id = s.item_id
        cross join lateral (
            values
            (3, true, s.title, null), (2, true, s.original_title, null),
            (2, true, array_to_string(s.authors, '. '), null), (2, true, s.subtitle, null),
            (1, true, s.genre_names, null), (1, true, s.tags, null), (1, true, s.overview, null),
            (2, false, array_to_string(s.alternative_titles, '. '), null), (2, false, s.directors, null),
            (1.5, false, s.cast_names, null), (1.5, false, s.keywords, null), (0.5, false, s.facts, null),
            (1, false, private.joined_compounds(concat_ws('. ', s.title, s.original_title)), null)
            union all
            select 1, false, o.value, private.stemmer_for(o.key) from jsonb_each_text(s.translations) as o
        ) as t (boost, is_length, text, stemmer)
        where t.text <> ''
    ), counted as (
        select
            c.document, c.lexeme, sum(c.count) as count, sum(c.count) filter (where c.is_length) as length
        from (
            select t.document, l.lexeme, t.boost * cardinality(l.places) as count, t.is_length
            from texts as t
            cross join lateral private.lexemes(t.stemmer, t.text) as l
            union all
            select d.document, c.lexeme, 1, false
            from unnest(sources) as s
            join private.search_documents as d on d.item_id = s.item_id
            cross join lateral private.single_characters(
                concat_ws(' ', s.title, s.original_title, array_to_string(s.alternative_titles, ' '))
            ) as c (lexeme)
        ) as c
        group by c.document, c.lexeme
    ), weighed as (
        select
            c.document, c.lexeme,
            (
                2.2 * c.count
                / (c.count + 1.2 * (0.5 + 0.5 * coalesce(sum(c.length) over (partition by c.document), 0) / 40))
            )::real as weight
        from counted as c
        where length(c.lexeme) <= 100
    ), written as (
        insert into private.search_postings (lexeme, document, weight)
        select w.lexeme, w.document, w.weight
        from weighed as w
        order by w.lexeme, w.document
    ), words as (
        select distinct w.word
        from texts as t
        cross join lateral regexp_split_to_table(private.fold_name(t.text), ' ') as w (word)
        where length(w.word) between 3 and 30 and w.word !~ '^[0-9]+$'
    )
    insert into private.search_words (word)
    select w.word
    from words as w
    where not exists (select from private.search_words as k where k.word = w.word)
    order by w.word
    on conflict do nothing
$$;
comment on function private.index_words(private.search_sources[]) is
'Rebuilds the postings of documents with BM25F weights.';
revoke execute on function private.index_words(private.search_sources[]) from public;
grant execute on function private.index_words(private.search_sources[]) to service_role;

-- source: sql/private/search/index/texts_hash.sql
-- Helper. Returns a hash of an item's searched texts. If it is unchanged, the postings need no rebuild.
create or replace function private.texts_hash(source private.search_sources) returns uuid
language sql immutable set search_path = ''
as $$
    select md5(
        concat_ws(
            chr(1), source.title, source.original_title, array_to_string(source.authors, chr(2)), source.subtitle,
            source.overview, source.genre_names, source.tags,
            nullif(
                concat_ws(
                    chr(1), array_to_string(source.alternative_titles, chr(2)), source.directors, source.cast_names,
                    source.keywords, source.facts, source.translations
                ),
                ''
            )
        )
    )::uuid
$$;
comment on function private.texts_hash(private.search_sources) is
'Returns a hash of the texts of an item that are searched by words.';
revoke execute on function private.texts_hash(private.search_sources) from public;
grant execute on function private.texts_hash(private.search_sources) to service_role;

-- source: sql/private/search/people/index_changed_people.sql
-- Trigger. Updates the name index of the people that changed or whose credits changed. The argument is the column of
-- the changed rows that contains the person's id.
-- Definer: the role that changes a person may not write the search index.
create or replace function private.index_changed_people() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
    v_people uuid[];
begin
    if tg_argv[0] = 'id' then
        select array_agg(distinct c.id) into v_people from changed_rows as c;
    else
        select array_agg(distinct c.person_id) into v_people from changed_rows as c;
    end if;
    if v_people is not null then
        perform private.index_people(v_people);
    end if;
    return null;
end
$$;
comment on function private.index_changed_people() is 'Trigger: updates the name index of people.';
revoke execute on function private.index_changed_people() from public;

-- source: sql/private/search/people/index_people.sql
-- Helper. Rebuilds the name index of people: one row for each of the first five words of a name, with the name from
-- this word on. A name of two or three words is indexed with its first word last too, since Japanese, Chinese and
-- Korean names are written in both orders.
create or replace function private.index_people(people uuid[]) returns void
language sql set search_path = ''
as $$
    delete from private.search_people as s where s.person_id = any(people);

    insert into private.search_people (person_id, name, start, joined, popularity)
    select distinct on (p.id, w.start)
        p.id, p.name, w.start, w.joined,
        coalesce((
            select sum(case r.job when 'director' then 2 else 1 end)
            from public.credits as r
            where r.person_id = p.id
        ), 0)
    from public.people as p
    cross join lateral (
        select string_to_array(private.fold_name(n.name), ' ') as words
        from unnest(array[p.name] || p.also_known_as) as n (name)
    ) as n
    cross join lateral (
        select
            left(array_to_string(n.words[s.place:], ' '), 100) as start,
            case when s.place = 1 then left(array_to_string(n.words, ''), 100) end as joined
        from generate_series(1, least(cardinality(n.words), 5)) as s (place)
        union all
        select array_to_string(r.words, ' '), array_to_string(r.words, '')
        from (select n.words[2:] || n.words[1] as words) as r
        where cardinality(n.words) in (2, 3)
    ) as w
    where p.id = any(people)
    order by p.id, w.start, w.joined nulls last
$$;
comment on function private.index_people(uuid[]) is 'Rebuilds the name index of people.';
revoke execute on function private.index_people(uuid[]) from public;
grant execute on function private.index_people(uuid[]) to service_role;

-- source: sql/private/search/query/browse_documents.sql
-- Helper. Returns the items that match the filters of a search without a query, first by sort (popularity, year, rating
-- or title; popularity if null); 1,000 at most.
create or replace function private.browse_documents(
    filters private.search_filters, sort text, viewer private.viewer, as_of integer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_most constant integer := 1000;
    v_documents integer[];
begin
    case coalesce(browse_documents.sort, 'popularity')
        when 'popularity' then
            v_documents := array(
                select p.document from private.popular_documents(filters, null, null, null, viewer, as_of, v_most) as p
            );
        when 'year' then
            v_documents := array(
                select d.document
                from private.search_documents as d
                join public.items as i on i.id = d.item_id
                where d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
                order by d.year desc nulls last, d.popularity desc, d.document
                limit v_most
            );
        when 'rating' then
            v_documents := array(
                select d.document
                from private.search_documents as d
                join public.items as i on i.id = d.item_id
                left join public.item_stats as s on s.item_id = d.item_id
                where d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
                order by s.rating_sum / nullif(s.rating_count, 0) desc nulls last, d.popularity desc, d.document
                limit v_most
            );
        else
            v_documents := array(
                select d.document
                from private.search_names as n
                join private.search_documents as d on d.document = n.document
                join public.items as i on i.id = d.item_id
                where
                    n.is_whole and n.field = 'title'
                    and d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
                order by n.start, d.popularity desc, d.document
                limit v_most
            );
    end case;
    return query
    select
        u.document, 1.0::double precision / (60 + u.rank), null::real, null::real, null::real,
        private.item_tier(i, viewer)
    from unnest(v_documents) with ordinality as u (document, rank)
    join private.search_documents as d on d.document = u.document
    join public.items as i on i.id = d.item_id;
end
$$;
comment on function private.browse_documents(private.search_filters, text, private.viewer, integer) is
'Returns the items that match filters, in a chosen order.';
revoke execute on function private.browse_documents(private.search_filters, text, private.viewer, integer) from public;
grant execute on function private.browse_documents(private.search_filters, text, private.viewer, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/query/check_search.sql
-- Helper. Raises 22023, naming the field, if a parameter of search_content is missing or out of range.
create or replace function private.check_search(
    query text, query_embedding extensions.vector, filters private.search_filters, count integer, sort text,
    ignored text[]
)
returns void
language plpgsql stable set search_path = ''
as $$
declare
    v_parts constant text[] := array[
        'corrections', 'like', 'people', 'years', 'genres', 'keywords', 'languages', 'countries', 'kinds', 'all'
    ];
begin
    if
        length(query) > 1000
        or query !~ '\S' and query_embedding is null and sort is null and num_nonnulls(
            filters.kind, filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier
        ) = 0
    then
        raise exception 'query must have 1 to 1,000 characters'
            using errcode = '22023', detail = '{"field": "query", "min": 1, "max": 1000}';
    end if;
    if query_embedding is not null then
        perform private.check_embedding(query_embedding);
    end if;
    perform private.check_kind(filters.kind);
    perform private.check_length('genre', filters.genre, 100);
    perform private.check_length('language', filters.language, 35);
    if not private.is_tier(filters.tier) then
        raise exception 'tier must be %, not %',
            (select private.either(array_agg(t.name order by t.rank)) from public.tiers as t), left(filters.tier, 40)
            using errcode = '22023', detail = '{"field": "tier"}';
    end if;
    perform private.check_range('year_from', coalesce(filters.year_from, 0), 0, 3000);
    perform private.check_range('year_to', coalesce(filters.year_to, 0), 0, 3000);
    perform private.check_range('count', count, 1, 100);
    if sort not in ('popularity', 'year', 'rating', 'title') then
        raise exception 'sort must be popularity, year, rating or title, not %', left(sort, 40)
            using errcode = '22023', detail = '{"field": "sort"}';
    end if;
    if not ignored <@ v_parts then
        raise exception 'ignore must hold only %', private.either(v_parts)
            using errcode = '22023', detail = '{"field": "ignore"}';
    end if;
end
$$;
comment on function private.check_search(text, extensions.vector, private.search_filters, integer, text, text[]) is
'Raises an error if a parameter of search_content is missing or out of range.';
revoke execute on function private.check_search(text, extensions.vector, private.search_filters, integer, text, text[])
from public;
grant execute on function private.check_search(text, extensions.vector, private.search_filters, integer, text, text[])
to anon, authenticated, service_role;

-- source: sql/private/search/query/documents_like.sql
-- Helper. Returns the documents most like one: those with the most marks in common by their weight
-- (private.mark_weights), those whose items were liked together with its item, and those with a similar embedding;
-- merged by reciprocal rank, where liked together counts 0.4, since it leans to what is popular.
create or replace function private.documents_like(
    liked integer, filters private.search_filters, viewer private.viewer, as_of integer, count integer
)
returns table (document integer, likeness double precision)
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_liked private.search_documents;
    v_telling text[];
begin
    if liked is null then
        return;
    end if;
    select d.* into v_liked from private.search_documents as d where d.document = liked;
    v_telling := array(select m.mark from unnest(v_liked.marks) as m (mark) where m.mark ~ '^(keyword|person):');
    return query
    with weights as materialized (
        select w.mark, w.weight from private.mark_weights(v_liked.marks) as w
    ), shared as (
        select
            d.document,
            (select sum(w.weight) from weights as w where w.mark = any(d.marks)) as weight,
            d.popularity
        from private.search_documents as d
        where d.marks && v_telling and d.kind = v_liked.kind
    ), alike as (
        select n.item_id, row_number() over (order by n.similarity desc) as rank
        from public.item_embeddings as e
        cross join lateral private.nearest(e.embedding, e.kind, documents_like.count, viewer) as n
        where e.item_id = v_liked.item_id
    ), together as (
        select n.neighbour_id as item_id, row_number() over (order by n.weight desc) as rank
        from public.item_neighbours as n
        where n.model_id = (select private.active_item_model()) and n.item_id = v_liked.item_id and n.weight > 0
    ), ranked as (
        select
            s.document, 1.0 as weight,
            row_number() over (order by s.weight desc, s.popularity desc, s.document) as rank
        from shared as s
        union all
        select d.document, 1.0, a.rank from alike as a join private.search_documents as d on d.item_id = a.item_id
        union all
        select d.document, 0.4, t.rank from together as t join private.search_documents as d on d.item_id = t.item_id
    )
    select r.document, sum(r.weight::double precision / (20 + r.rank))
    from ranked as r
    join private.search_documents as d on d.document = r.document
    join public.items as i on i.id = d.item_id
    where r.document <> liked and r.document <= as_of and private.is_visible_match(d, i, filters, viewer)
    group by r.document
    order by 2 desc, r.document
    limit documents_like.count;
end
$$;
comment on function private.documents_like(
    integer, private.search_filters, private.viewer, integer, integer
) is
'Returns the documents most like one.';
revoke execute on function private.documents_like(
    integer, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.documents_like(
    integer, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/fuse_matches.sql
-- Helper. Merges the rankings of the documents that a search found, of those that the viewer may see and that match the
-- filters, by reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009; k = 60); meaning counts for less if words
-- decide, and popularity adds a little. A document whose name equals the query comes before all others, then those
-- whose title holds all of its words. Both match whatever filters were understood.
create or replace function private.fuse_matches(
    matches private.found_document[],
    parsed private.parsed_search,
    known private.understanding,
    has_left boolean,
    filters private.search_filters,
    viewer private.viewer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = ''
set random_page_cost = 1.1 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_is_understood boolean := known.needs <> '{}' or known.wishes is not null
        or known.filters is distinct from filters;
    v_word_weight double precision := case
        when known.liked is not null and not has_left then 0.1
        when known.is_whole and not has_left then 0.25
        else 1
    end;
    v_excluded text[] := private.stems_of(parsed.excluded);
begin
    return query
    with required as materialized (
        select s.stemmer, l.lexeme
        from private.query_stemmers(array_to_string(parsed.phrases, ' ')) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, array_to_string(parsed.phrases, ' ')) as l
        where parsed.phrases is not null
    ), passing as materialized (
        select
            private.item_tier(i, viewer) as tier, f.document, d.item_id, f.words, f.closeness, f.similarity, f.is_titled,
            f.fit, f.likeness, f.kinship, d.popularity
        from unnest(matches) as f
        join private.search_documents as d on d.document = f.document
        join public.items as i on i.id = d.item_id
        where
            private.is_visible_match(d, i, filters, viewer)
            and (not v_is_understood or f.closeness >= 0.97 or f.is_titled or private.matches_filters(d, known.filters))
            and not exists (
                select from private.search_postings as p where p.lexeme = any(v_excluded) and p.document = d.document
            )
            and not exists (
                select
                from required as r
                where
                    r.stemmer = d.stemmer
                    and not exists (
                        select from private.search_postings as p where p.lexeme = r.lexeme and p.document = d.document
                    )
            )
    ), decided as (
        select
            case
                when known.liked is not null then 0.2
                when known.is_whole or bool_or(p.closeness >= 0.97) then 0.3
                when bool_or(p.is_titled) then 0.5
                else 1
            end as meaning_weight
        from passing as p
    ), ranked as (
        select
            p.*,
            row_number() over (order by p.words desc nulls last, p.popularity desc, p.document) as word_rank,
            row_number() over (order by p.closeness desc nulls last, p.popularity desc, p.document) as name_rank,
            row_number() over (order by p.similarity desc nulls last, p.popularity desc, p.document) as meaning_rank,
            row_number() over (order by p.popularity desc, p.document) as popular_rank,
            d.meaning_weight
        from passing as p
        cross join decided as d
        where
            parsed.phrases is null and parsed.excluded_phrases is null
            or private.has_phrases(p.item_id, parsed.phrases, parsed.excluded_phrases)
    )
    select
        r.document,
        case when r.words is null then 0 else v_word_weight / (60 + r.word_rank) end
        + case when r.closeness is null then 0 else 1.0::double precision / (60 + r.name_rank) end
        + case when r.similarity is null then 0 else r.meaning_weight::double precision / (60 + r.meaning_rank) end
        + case when r.fit is null then 0 else 2.0::double precision / (60 + r.fit) end
        + case when r.likeness is null then 0 else 1.5::double precision / (60 + r.likeness) end
        + case when r.kinship is null then 0 else 0.75::double precision / (60 + r.kinship) end
        + 0.2::double precision / (60 + r.popular_rank)
        + case when r.closeness >= 0.97 then 3.0::double precision / 61 else 0 end
        + case when r.is_titled then 1.5::double precision / 61 else 0 end as score,
        r.words::real, r.closeness, r.similarity::real, r.tier
    from ranked as r
    order by score desc, r.document
    limit 1000;
end
$$;
comment on function private.fuse_matches(
    private.found_document[], private.parsed_search, private.understanding, boolean, private.search_filters,
    private.viewer
) is
'Merges the rankings of the documents that a search found.';
revoke execute on function private.fuse_matches(
    private.found_document[], private.parsed_search, private.understanding, boolean, private.search_filters,
    private.viewer
) from public;
grant execute on function private.fuse_matches(
    private.found_document[], private.parsed_search, private.understanding, boolean, private.search_filters,
    private.viewer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/mark_weights.sql
-- Helper. Returns how much it says about two items that both have a mark: the square of its idf, as in a cosine of
-- TF-IDF vectors, times a factor for its kind. Keywords count most, then genres and directors, then the language, and
-- people least. Marks of other kinds are left out.
create or replace function private.mark_weights(marks text[])
returns table (mark text, weight double precision)
language plpgsql stable rows 30 set search_path = '' set random_page_cost = 1.1
as $$
#variable_conflict use_column
declare
    v_most constant integer := 3000;
    v_documents double precision := greatest(
        (select c.reltuples from pg_catalog.pg_class as c where c.oid = 'private.search_documents'::regclass), 1
    );
begin
    return query
    select
        m.mark,
        k.factor * ln(1 + v_documents / (
            select 1 + count(*)
            from (select from private.search_documents as d where d.marks && array[m.mark] limit v_most) as d
        )) ^ 2
    from unnest(marks) as m (mark)
    join (
        values
        ('keyword', 1.0::double precision), ('genre', 0.8), ('director', 0.4), ('language', 0.3), ('person', 0.2)
    ) as k (kind, factor) on k.kind = split_part(m.mark, ':', 1);
end
$$;
comment on function private.mark_weights(text[]) is
'Returns how much it says about two items that both have a mark.';
revoke execute on function private.mark_weights(text[]) from public;
grant execute on function private.mark_weights(text[]) to anon, authenticated, service_role;

-- source: sql/private/search/query/people_by_prefix.sql
-- Helper. Returns people with a word of their name that starts with the given prefix (normalised by private.fold_name),
-- credited in an item that the viewer may see; those with most credits first, among 200. Their popularity is that of
-- their most popular item.
create or replace function private.people_by_prefix(beginning text, viewer private.viewer, count integer)
returns setof private.search_people
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select p.person_id, p.name, p.start, p.joined, i.popularity
    from (
        select distinct on (p.person_id) p.*
        from (
            select s.*
            from private.search_people as s
            where s.start >= beginning and s.start < beginning || chr(1114111)
            order by s.popularity desc
            limit 200
        ) as p
        order by p.person_id, p.start = beginning desc
    ) as p
    cross join lateral (
        select d.popularity
        from private.search_documents as d
        where d.marks && array['person:' || p.person_id] and private.is_visible_document(d.document, viewer)
        order by d.popularity desc
        limit 1
    ) as i
    order by p.popularity desc, p.name
    limit people_by_prefix.count;
end
$$;
comment on function private.people_by_prefix(text, private.viewer, integer) is
'Returns the most popular people with a word of their name that starts with the given prefix.';
revoke execute on function private.people_by_prefix(text, private.viewer, integer) from public;
grant execute on function private.people_by_prefix(text, private.viewer, integer)
to anon, authenticated, service_role;

-- source: sql/private/search/query/popular_documents.sql
-- Helper. Returns the documents with numbers up to as_of that match the filters, ordered by popularity; 1,000 at most.
-- With wishes, those that have one of the marks come first, those with a literal one before others, and only they are
-- returned.
create or replace function private.popular_documents(
    filters private.search_filters, wishes text[], wishes_2 text[], literal text[], viewer private.viewer,
    as_of integer, count integer
)
returns table (document integer)
language plpgsql stable rows 200 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    if wishes is null then
        return query
        select d.document
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where d.document <= as_of and private.is_visible_match(d, i, filters, viewer)
        order by d.popularity desc, d.document
        limit popular_documents.count;
    else
        return query
        select d.document
        from private.search_documents as d
        join public.items as i on i.id = d.item_id
        where
            d.marks && (wishes || wishes_2)
            and d.document <= as_of
            and private.is_visible_match(d, i, filters, viewer)
        order by
            (d.marks && wishes)::integer + coalesce((d.marks && wishes_2)::integer, 0) desc,
            (d.marks && literal)::integer desc, d.popularity desc, d.document
        limit popular_documents.count;
    end if;
end
$$;
comment on function private.popular_documents(
    private.search_filters, text[], text[], text[], private.viewer, integer, integer
) is
'Returns the documents that match filters, by popularity.';
revoke execute on function private.popular_documents(
    private.search_filters, text[], text[], text[], private.viewer, integer, integer
) from public;
grant execute on function private.popular_documents(
    private.search_filters, text[], text[], text[], private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/query_terms.sql
-- Helper. Returns the lexemes of a query, by every stemmer that it is parsed with, each with its BM25 idf over the
-- documents with numbers up to as_of. English stop words are left out. Words similar to misspelt ones are added, with
-- two thirds of their idf. Terms with the highest idf come first, until they have 30,000 postings together; at least
-- one term is returned.
--   words       the corrected words of the query
--   left_words  those of them that are searched for
create or replace function private.query_terms(words text, left_words text, similar_words text[], as_of integer)
returns setof private.search_term
language plpgsql stable rows 10 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_most constant integer := 30000;
    v_stemmers text[] := array(select private.query_stemmers(words));
    v_left text[] := case when left_words <> words then private.stems_of(left_words) end;
begin
    return query
    with spelt as materialized (
        select l.lexeme, unnest(l.places) as place, s.stemmer
        from unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, query_terms.words) as l
    ), slots as materialized (
        select distinct s.lexeme, s.place
        from spelt as s
        where s.place in (select e.place from spelt as e where e.stemmer = 'english')
    ), terms as (
        select s.lexeme, s.place, false as is_meant from slots as s
        union
        select l.lexeme, null, true
        from unnest(similar_words) as w (word)
        cross join lateral unnest(v_stemmers) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, w.word) as l
    ), counted as materialized (
        select
            t.*,
            (
                select count(*)
                from (
                    select from private.search_postings as p
                    where p.lexeme = t.lexeme and p.document <= as_of
                    limit v_most
                ) as p
            ) as documents
        from terms as t
    ), shared as (
        select
            c.lexeme, c.is_meant, c.documents,
            least(sum(c.documents) over (partition by coalesce(c.place::text, c.lexeme)), as_of) as alike
        from counted as c
        where c.documents > 0
    ), weighed as (
        select
            s.lexeme,
            max(
                case when s.is_meant then 0.67 else 1 end * ln(1 + (as_of - s.alike + 0.5) / (s.alike + 0.5))
            )::double precision as idf,
            bool_and(s.is_meant) as is_meant,
            max(s.documents) as documents
        from shared as s
        group by s.lexeme
    ), ordered as (
        select
            w.*,
            sum(w.documents) over (order by w.idf desc, w.lexeme) as places,
            row_number() over (order by w.idf desc, w.lexeme) as rank
        from weighed as w
    )
    select o.lexeme, o.idf, o.is_meant, v_left is null or o.is_meant or o.lexeme = any(v_left)
    from ordered as o
    where o.places <= v_most or o.rank = 1;
end
$$;
comment on function private.query_terms(text, text, text[], integer) is
'Returns the lexemes of a query with their BM25 idf.';
revoke execute on function private.query_terms(text, text, text[], integer) from public;
grant execute on function private.query_terms(text, text, text[], integer) to anon, authenticated, service_role;

-- source: sql/private/search/query/search_matches.sql
-- Helper. Returns the documents that match a query by words, name or meaning, by filters that were understood, or by
-- their likeness to an item, among those with numbers up to as_of that match the filters; 1,000 at most, best first.
--   words    at least 40 % of the best document's BM25 score (any score if the query contains OR), 1,000 at most
--   name     a title or author equal to the query, or with a trigram similarity of 0.5 or more
--   meaning  the 50 documents nearest to the query embedding with a cosine similarity of 0.3 or more
--   fitting  if filters and wishes are all that the query says, or few match its words: what has them, by popularity
--   like     documents like the one that the query compares with; matches by words that have marks in common with it
-- private.fuse_matches merges them.
-- The first statement loads pg_trgm: otherwise a role without superuser rights could not set its settings below.
select extensions.similarity('', '');

create or replace function private.search_matches(
    parsed private.parsed_search, known private.understanding, terms private.search_term[],
    query_embedding extensions.vector, filters private.search_filters, viewer private.viewer, as_of integer
)
returns setof private.search_match
language plpgsql stable rows 200 set search_path = ''
set random_page_cost = 1.1 set pg_trgm.similarity_threshold = 0.5 set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
    v_closest constant real := case when known.is_whole then 0.97 else 0.5 end;
    v_name text := left(known.name, 100);
    v_joined text[] := private.joined_names(left(known.name, 100));
    v_words text[] := array(
        select t.word from unnest(known.tokens) as t (word) where t.word not in ('the', 'a', 'an', 'of', 'and', 'in')
    );
    v_is_unknown boolean := length(known.name) <= 60
        and (cardinality(known.similar_words) > 0 or not exists (select from unnest(terms) as t where not t.is_meant))
        and not exists (select from private.search_names as n where n.is_whole and n.start = left(known.name, 100));
    v_narrow private.search_filters := known.filters;
    v_is_understood boolean := known.needs <> '{}' or known.wishes is not null
        or known.filters is distinct from filters;
    v_is_narrowed boolean := num_nonnulls(
        v_narrow.kind, v_narrow.genre, v_narrow.language, v_narrow.year_from, v_narrow.year_to, v_narrow.marks_1
    ) > 0;
    -- The words of a comparison, as in "movies like", are not searched for.
    v_liked_words text[] := case
        when known.liked is not null then private.stems_of(array_to_string(private.tokens_of(known, 'liked'), ' '))
    end;
    v_has_left boolean := exists (select from unnest(terms) as t where t.is_left);
    -- A phrase is looked for in the texts, so all documents with its words are candidates.
    v_most integer := case when parsed.phrases is null then 1000 else 100000 end;
    v_share double precision := case when parsed.is_lenient then 0 else 0.4 end;
    v_found private.found_document[];
    v_understood private.understood_document[] := case
        when v_is_understood or known.liked is not null
        then array(select u from private.understood_documents(known, terms, viewer, as_of) as u)
    end;
begin
    v_found := array(
        with weighed as materialized (
            select
                p.document,
                sum(t.idf * p.weight) filter (where t.is_left or not v_has_left) as weight,
                sum(t.idf * p.weight) as whole
            from unnest(terms) as t
            join private.search_postings as p on p.lexeme = t.lexeme and p.document <= as_of
            where known.liked is null or t.is_left or t.lexeme = any(v_liked_words)
            group by p.document
        ), best as materialized (
            select max(w.weight) as weight from weighed as w
        ), telling as materialized (
            select w.document, w.weight / b.weight as words from best as b join weighed as w on w.weight >= v_share * b.weight
        ), worded as materialized (
            select t.document, t.words from telling as t where not v_is_narrowed
            union all
            select t.document, t.words
            from telling as t
            join private.search_documents as d on d.document = t.document
                where v_is_narrowed and private.matches_filters(d, v_narrow)
            order by words desc, document
            limit v_most
        ), likely as materialized (
            select l.document
            from (select w.document from worded as w order by w.words desc, w.document limit 50) as l
            union
            select l.document
            from (
                select w.document from weighed as w where v_is_understood order by w.whole desc, w.document limit 50
            ) as l
        ), named as materialized (
            select
                n.document,
                case when n.start = v_name or replace(n.start, ' ', '') = v_joined[1] then 1 else 0.97 end::real as closeness,
                false as is_titled
            from private.search_names as n
            where n.is_whole and replace(n.start, ' ', '') = any(v_joined)
            union all
            select
                n.document, extensions.similarity(n.start, v_name),
                v_words <> '{}' and n.field <> 'author' and string_to_array(n.start, ' ') @> v_words
            from likely as l
            join private.search_names as n on n.document = l.document and n.is_whole
            union all
            select n.document, extensions.similarity(n.start, v_name), false
            from private.search_names as n
            where v_is_unknown and n.is_whole and n.start operator(extensions.%) v_name
        ), called as materialized (
            select
                n.document, case when max(n.closeness) >= v_closest then max(n.closeness) end as closeness,
                bool_or(n.is_titled) and not known.is_whole as is_titled
            from named as n
            where n.document <= as_of
            group by n.document
            having max(n.closeness) >= v_closest or bool_or(n.is_titled) and not known.is_whole
        ), meant as (
            select n.document, n.similarity
            from private.nearest_documents(query_embedding, v_narrow, viewer, as_of, 50) as n
            where n.similarity >= 0.3
        ), found as (
            select
                a.document, max(a.words) as words, max(a.closeness) as closeness, bool_or(a.is_titled) as is_titled,
                max(a.similarity) as similarity, max(a.fit) as fit, max(a.likeness) as likeness, max(a.kinship) as kinship
            from (
                select
                    w.document, w.words, null::real as closeness, false as is_titled, null::double precision as similarity,
                    null::integer as fit, null::integer as likeness, null::integer as kinship
                from worded as w
                union all
                select c.document, null, c.closeness, c.is_titled, null, null, null, null from called as c
                union all
                select m.document, null, null, false, m.similarity, null, null, null from meant as m
                union all
                select e.document, null, null, false, null, e.fit, e.likeness, e.kinship
                from unnest(v_understood) as e
                where e.fit is null or known.is_whole or (select count(*) from worded) < 10
            ) as a
            where a.document is distinct from known.liked
            group by a.document
        )
        select row(f.*)::private.found_document from found as f
    );
    return query
    select f.* from private.fuse_matches(v_found, parsed, known, v_has_left, filters, viewer) as f;
end
$$;
comment on function private.search_matches(
    private.parsed_search, private.understanding, private.search_term[], extensions.vector, private.search_filters,
    private.viewer, integer
) is
'Returns the documents that match a query by words, name, meaning or what was understood.';
revoke execute on function private.search_matches(
    private.parsed_search, private.understanding, private.search_term[], extensions.vector, private.search_filters,
    private.viewer, integer
) from public;
grant execute on function private.search_matches(
    private.parsed_search, private.understanding, private.search_term[], extensions.vector, private.search_filters,
    private.viewer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/sort_matches.sql
-- Helper. Returns matches in another order than that of their relevance: by popularity, year (latest first), rating
-- (highest first) or title. Each gets the score of its rank.
create or replace function private.sort_matches(matches private.search_match[], sort text)
returns private.search_match[]
language plpgsql stable set search_path = '' set random_page_cost = 1.1
as $$
begin
    if sort_matches.sort is null then
        return matches;
    end if;
    return array(
        select row(
            r.document, 1.0::double precision / (60 + row_number() over (order by r.rank)), r.words, r.closeness,
            r.similarity, r.tier
        )::private.search_match
        from (
            select
                m.*,
                row_number() over (
                    order by
                        case sort_matches.sort
                            when 'popularity' then -d.popularity
                            when 'year' then -d.year
                            when 'rating' then -s.rating_sum / nullif(s.rating_count, 0)
                        end nulls last,
                        case when sort_matches.sort = 'title' then n.start end,
                        d.popularity desc, m.document
                ) as rank
            from unnest(matches) as m
            join private.search_documents as d on d.document = m.document
            left join public.item_stats as s on s.item_id = d.item_id
            left join private.search_names as n
                on n.document = m.document and n.is_whole and n.field = 'title' and sort_matches.sort = 'title'
        ) as r
        order by r.rank
    );
end
$$;
comment on function private.sort_matches(private.search_match[], text) is
'Returns matches by popularity, year, rating or title.';
revoke execute on function private.sort_matches(private.search_match[], text) from public;
grant execute on function private.sort_matches(private.search_match[], text) to anon, authenticated, service_role;

-- source: sql/private/search/query/understood_documents.sql
-- Helper. Returns the documents that a query means beside its words: those like the named one, with the matches by
-- words that have marks in common with it; otherwise those that fit the understood filters and wishes, by
-- popularity. Each has its rank.
create or replace function private.understood_documents(
    known private.understanding, terms private.search_term[], viewer private.viewer, as_of integer
)
returns setof private.understood_document
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_liked private.search_documents;
begin
    if known.liked is null then
        return query
        select p.document, p.rank::integer, null::integer, null::integer
        from private.popular_documents(
            known.filters, known.wishes, known.wishes_2, known.literal, viewer, as_of,
            case when known.is_whole then 1000 else 50 end
        ) with ordinality as p (document, rank);
        return;
    end if;
    select d.* into v_liked from private.search_documents as d where d.document = known.liked;
    return query
    select l.document, null::integer, l.rank::integer, null::integer
    from private.documents_like(known.liked, known.filters, viewer, as_of, 100) with ordinality
    as l (document, likeness, rank);
    return query
    with weights as materialized (
        select m.mark, m.weight from private.mark_weights(v_liked.marks) as m
    ), worded as (
        select p.document, sum(t.idf * p.weight) as words
        from unnest(terms) as t
        join private.search_postings as p on p.lexeme = t.lexeme and p.document <= as_of
        where t.is_left and known.words <> ''
        group by p.document
        order by words desc, p.document
        limit 200
    ), shared as (
        select
            w.document, w.words,
            (select sum(m.weight) from weights as m where m.mark = any(d.marks)) as shared
        from worded as w
        join private.search_documents as d on d.document = w.document
        where d.document <> known.liked and private.matches_filters(d, known.filters)
    )
    select
        s.document, null::integer, null::integer,
        (row_number() over (order by s.shared * s.words desc, s.document))::integer
    from shared as s
    where s.shared > 0;
end
$$;
comment on function private.understood_documents(
    private.understanding, private.search_term[], private.viewer, integer
) is
'Returns the documents that a query means beside its words.';
revoke execute on function private.understood_documents(
    private.understanding, private.search_term[], private.viewer, integer
) from public;
grant execute on function private.understood_documents(
    private.understanding, private.search_term[], private.viewer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/text/fold_name.sql
-- Helper. Returns a name in lower case, without accents, with single spaces instead of punctuation and white space, and
-- with compatible characters unified (NFKC), such as half-width kana. A name of punctuation alone stays as it is.
create or replace function private.fold_name(name text) returns text
language sql stable set search_path = ''
as $$
    select coalesce(
        nullif(
            btrim(
                regexp_replace(
                    lower(normalize(extensions.unaccent('extensions.unaccent'::regdictionary, name), nfkc)),
                    '[[:punct:][:space:]]+', ' ', 'g'
                )
            ),
            ''
        ),
        lower(btrim(name))
    )
$$;
comment on function private.fold_name(text) is 'Returns a name without case, accents and punctuation.';
revoke execute on function private.fold_name(text) from public;
grant execute on function private.fold_name(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/has_phrases.sql
-- Helper. Returns whether the texts of an item contain all of these phrases, word for word, and none of the excluded
-- ones. Case, accents and punctuation do not matter.
create or replace function private.has_phrases(item_id uuid, phrases text[], excluded text[]) returns boolean
language plpgsql stable set search_path = ''
as $$
declare
    v_text text;
begin
    select ' ' || private.fold_name(
        concat_ws(
            ' ', s.title, s.original_title, array_to_string(s.authors || s.alternative_titles, ' '), s.subtitle, s.overview
        )
    ) || ' ' into v_text
    from private.search_sources as s
    where s.item_id = has_phrases.item_id;
    return
        (select coalesce(bool_and(strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0), true) from unnest(phrases) as p)
        and not exists (
            select from unnest(excluded) as p where strpos(v_text, ' ' || private.fold_name(p) || ' ') > 0
        );
end
$$;
comment on function private.has_phrases(uuid, text[], text[]) is
'Returns whether an item contains all of these phrases and none of the excluded ones.';
revoke execute on function private.has_phrases(uuid, text[], text[]) from public;
grant execute on function private.has_phrases(uuid, text[], text[]) to anon, authenticated, service_role;

-- source: sql/private/search/text/joined_compounds.sql
-- Helper. Returns the compounds of names without the punctuation that joins them: "Spider-Man", "S.W.A.T." and "WALL·E"
-- as "SpiderMan", "SWAT" and "WALLE". Empty if there are none.
create or replace function private.joined_compounds(names text) returns text
language sql immutable set search_path = ''
as $$
    select coalesce(string_agg(regexp_replace(c.found[1], '[-.·’'']', '', 'g'), ' '), '')
    from regexp_matches(names, '([[:alnum:]]+(?:[-.·’''][[:alnum:]]+)+)', 'g') as c (found)
$$;
comment on function private.joined_compounds(text) is 'Returns the compounds of names without punctuation.';
revoke execute on function private.joined_compounds(text) from public;
grant execute on function private.joined_compounds(text) to service_role;

-- source: sql/private/search/text/lexemes.sql
-- Helper. Returns the lexemes of a text (stemmed words without stop words) with their positions. Punctuation separates
-- words. Chinese, Japanese and Korean text, written without spaces, is indexed as bigrams, and a character that stands
-- alone as itself, at positions above 1000.
--   stemmer  the name of a text search configuration in schema private
create or replace function private.lexemes(stemmer text, text text)
returns table (lexeme text, places integer[])
language sql stable rows 50 set search_path = ''
as $$
    select w.lexeme, w.positions::integer[]
    from unnest(
        to_tsvector(
            ('private.' || stemmer)::regconfig,
            regexp_replace(normalize(text, nfkc), '[[:punct:]]+', ' ', 'g')
        )
    ) as w
    where w.lexeme !~ '^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]$'
    union all
    select substr(r.run[1], p.place, 2), array_agg(1000 + p.place)
    from regexp_matches(
        case when text ~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]' then normalize(text, nfkc) end,
        '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+', 'g'
    ) as r (run)
    cross join lateral generate_series(1, greatest(length(r.run[1]) - 1, 1)) as p (place)
    group by 1
$$;
comment on function private.lexemes(text, text) is 'Returns the lexemes of a text with their positions.';
revoke execute on function private.lexemes(text, text) from public;
grant execute on function private.lexemes(text, text) to anon, authenticated, service_role;

-- source: sql/private/search/text/query_stemmers.sql
-- Helper. Returns the text search configurations to parse a query with: those of the indexed documents, and, because
-- translated overviews are stemmed in their own language, the one of the query's script, or the one that recognises
-- more of its words as stop words than English.
create or replace function private.query_stemmers(words text) returns setof text
language plpgsql stable rows 4 set search_path = ''
as $$
begin
    return query
    select s.stemmer from private.stemmers() as s (stemmer)
    union
    select n.stemmer
    from (
        values
        ('hindi', '[\u0900-\u097f]'), ('tamil', '[\u0b80-\u0bff]'), ('russian', '[\u0400-\u04ff]'), ('arabic', '[\u0600-\u06ff]')
    ) as n (stemmer, script)
    where words ~ n.script
    union
    select f.stemmer
    from (
        select s.stemmer
        from unnest(array['french', 'german', 'spanish', 'italian', 'portuguese']) as s (stemmer)
        where
            words ~ ' '
            and length(to_tsvector(('private.' || s.stemmer)::regconfig, words))
            < length(to_tsvector('private.english'::regconfig, words))
        order by length(to_tsvector(('private.' || s.stemmer)::regconfig, words)), s.stemmer
        limit 1
    ) as f;
end
$$;
comment on function private.query_stemmers(text) is 'Returns the text search configurations to parse a query with.';
revoke execute on function private.query_stemmers(text) from public;
grant execute on function private.query_stemmers(text) to anon, authenticated, service_role;

-- source: sql/private/search/text/single_characters.sql
-- Helper. Returns the Chinese, Japanese and Korean characters of a name, so that a query of one character finds it.
create or replace function private.single_characters(name text) returns setof text
language sql immutable rows 10 set search_path = ''
as $$
    select distinct c.found[1]
    from regexp_matches(normalize(name, nfkc), '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]', 'g') as c (found)
$$;
comment on function private.single_characters(text) is
'Returns the Chinese, Japanese and Korean characters of a name.';
revoke execute on function private.single_characters(text) from public;
grant execute on function private.single_characters(text) to service_role;

-- source: sql/private/search/text/stems_of.sql
-- Helper. Returns the lexemes of words of a query by every stemmer that it is parsed with.
create or replace function private.stems_of(words text) returns text[]
language plpgsql stable set search_path = ''
as $$
begin
    if words = '' then
        return '{}';
    end if;
    return array(
        select distinct l.lexeme
        from private.query_stemmers(words) as s (stemmer)
        cross join lateral private.lexemes(s.stemmer, words) as l
    );
end
$$;
comment on function private.stems_of(text) is
'Returns the lexemes of words by every stemmer that a query is parsed with.';
revoke execute on function private.stems_of(text) from public;
grant execute on function private.stems_of(text) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/correct_query.sql
-- Helper. Replaces the misspelt words of a query by similar ones, and says so. A misspelt name of a person is corrected
-- as a whole. For a viewer with an age limit only words of items that it may see count as similar, since another one
-- could name a title.
create or replace function private.correct_query(known private.understanding, viewer private.viewer)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_word record;
    v_said jsonb := '[]';
begin
    for v_word in
        select m.place, m.word, array(
            select s.word
            from unnest(m.similar_words) with ordinality as s (word, place)
            where
                viewer.age is null
                or exists (
                    select
                    from private.search_postings as p
                    where
                        p.lexeme in (s.word, (ts_lexize('english_stem', s.word))[1])
                        and private.is_visible_document(p.document, viewer)
                )
            order by s.place
        ) as similar_words
        from private.misspelt_words(known.tokens, known.spans) as m
        order by m.place
    loop
        continue when v_word.similar_words = '{}';
        known.tokens[v_word.place] := v_word.similar_words[1];
        known.similar_words := known.similar_words || v_word.similar_words;
        v_said := v_said || jsonb_build_object('from', v_word.word, 'to', v_word.similar_words[1]);
    end loop;
    if v_said <> '[]' then
        known.name := array_to_string(known.tokens, ' ');
        known.words := known.name;
        known.text := known.name;
        known.said := known.said || jsonb_build_object('corrections', v_said);
        known.spans := array(select s from private.query_spans(known.tokens) as s);
        known.is_title := private.is_of_title(known.name);
    end if;
    return known;
end
$$;
comment on function private.correct_query(private.understanding, private.viewer) is
'Replaces the misspelt words of a query by similar ones.';
revoke execute on function private.correct_query(private.understanding, private.viewer) from public;
grant execute on function private.correct_query(private.understanding, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/is_of_title.sql
-- Helper. Returns whether words are a title or consecutive words of one, from one of its first eight words on.
create or replace function private.is_of_title(words text) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
    return exists (
        select from private.search_names as n where n.start = words and n.field <> 'author'
    )
    or exists (
        select
        from private.search_names as n
        where n.start >= words || ' ' and n.start < words || '!' and n.field <> 'author'
    )
    or exists (
        select
        from private.search_names as n
        where n.is_whole and n.field <> 'author' and replace(n.start, ' ', '') = any(private.joined_names(words))
    );
end
$$;
comment on function private.is_of_title(text) is
'Returns whether words are a title or consecutive words of one.';
revoke execute on function private.is_of_title(text) from public;
grant execute on function private.is_of_title(text) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/is_understood.sql
-- Helper. Returns whether a mark may be understood: neither ignored nor decided by a filter of the caller.
create or replace function private.is_understood(mark text, filters private.search_filters, ignored text[])
returns boolean
language sql immutable set search_path = ''
as $$
    select case split_part(mark, ':', 1)
        when 'genre' then filters.genre is null and not 'genres' = any(ignored)
        when 'keyword' then not 'keywords' = any(ignored)
        when 'language' then filters.language is null and not 'languages' = any(ignored)
        when 'country' then filters.language is null and not 'countries' = any(ignored)
        when 'kind' then filters.kind is null and not 'kinds' = any(ignored)
    end
$$;
comment on function private.is_understood(text, private.search_filters, text[]) is
'Returns whether a mark may be understood.';
revoke execute on function private.is_understood(text, private.search_filters, text[]) from public;
grant execute on function private.is_understood(text, private.search_filters, text[])
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/joined_names.sql
-- Helper. Returns the joined forms by which a name can be looked up: without spaces, and with and without an article.
create or replace function private.joined_names(name text) returns text[]
language sql immutable set search_path = ''
as $$
    select array_remove(
        array[
            replace(name, ' ', ''),
            case
                when name ~ '^(the|a|an|le|la|les|l|el|los|las|il|der|die|das) .'
                then replace(regexp_replace(name, '^[a-z]+ ', ''), ' ', '')
            end
        ] || case
            when name ~ '^[a-z0-9]' and name <> ''
            then array['the' || replace(name, ' ', ''), 'a' || replace(name, ' ', ''), 'an' || replace(name, ' ', ''),
                'la' || replace(name, ' ', ''), 'le' || replace(name, ' ', ''), 'les' || replace(name, ' ', ''),
                'el' || replace(name, ' ', ''), 'der' || replace(name, ' ', ''), 'die' || replace(name, ' ', ''),
                'das' || replace(name, ' ', ''), 'il' || replace(name, ' ', '')]
        end,
        null
    )
$$;
comment on function private.joined_names(text) is
'Returns the joined forms by which a name can be looked up.';
revoke execute on function private.joined_names(text) from public;
grant execute on function private.joined_names(text) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/keyword_spans.sql
-- Helper. Returns the words of a query, up to four in a row, that are keywords of items and not in the vocabulary; the
-- longest first, without overlaps.
create or replace function private.keyword_spans(tokens text[], roles text[], spans private.query_span[])
returns setof private.query_span
language plpgsql stable rows 2 set search_path = ''
as $$
declare
    v_span private.query_span;
    v_covered boolean[];
begin
    v_covered := array(
        select
            roles[t.place] is not null or exists (
                select from unnest(spans) as s where t.place between s.first and s.last and not '1 filler' = any(s.marks)
            )
        from generate_subscripts(tokens, 1) as t (place)
        order by t.place
    );
    for v_span in
        select
            g.first, g.last, g.phrase,
            array(
                select '1 ' || m
                from unnest(g.marks) as m
                where exists (select from private.search_documents as d where d.marks && array[m])
            )
        from (
            select
                f.first, l.last, p.phrase,
                array[
                    'keyword:' || p.phrase, 'keyword:' || replace(p.phrase, ' ', '-'),
                    'keyword:' || rtrim(p.phrase, 's'), 'keyword:' || p.phrase || 's'
                ] as marks
            from generate_subscripts(tokens, 1) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 3, cardinality(tokens))) as l (last)
            cross join lateral array_to_string(tokens[f.first:l.last], ' ') as p (phrase)
            where not true = any(v_covered[f.first:l.last]) and length(p.phrase) > 2
        ) as g
        where exists (select from private.search_documents as d where d.marks && g.marks)
        order by g.last - g.first desc, g.first
    loop
        continue when true = any(v_covered[v_span.first:v_span.last]);
        continue when exists (
            select from unnest(spans) as s where s.first = v_span.first and s.last = v_span.last
        );
        for v_place in v_span.first .. v_span.last loop
            v_covered[v_place] := true;
        end loop;
        return next v_span;
    end loop;
end
$$;
comment on function private.keyword_spans(text[], text[], private.query_span[]) is
'Returns the words of a query that are keywords of items.';
revoke execute on function private.keyword_spans(text[], text[], private.query_span[]) from public;
grant execute on function private.keyword_spans(text[], text[], private.query_span[])
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/misspelt_words.sql
-- Helper. Returns the misspelt words of a query: those of four letters or more that neither the catalogue, in any
-- inflection, nor the vocabulary of queries has, with up to three similar words, those that most documents have first.
create or replace function private.misspelt_words(tokens text[], spans private.query_span[])
returns table (place integer, word text, similar_words text[])
language plpgsql stable rows 2 set search_path = ''
as $$
#variable_conflict use_column
begin
    -- Materialised, so that similar words are looked up for unknown words only, and once.
    return query
    with unknown as materialized (
        select t.place::integer as place, t.word
        from unnest(tokens) with ordinality as t (word, place)
        where
            length(t.word) >= 4
            and t.word ~ '[^0-9]'
            and t.word !~ '^[0-9]{2,4}(s|er)$'
            and not exists (select from unnest(spans) as s where t.place between s.first and s.last)
            and not exists (select from private.search_words as w where w.word = t.word)
    ), misspelt as materialized (
        select u.place, u.word
        from unknown as u
        where not exists (select from private.search_postings as p where p.lexeme = any(private.stems_of(u.word)))
    ), likely as materialized (
        select
            u.place, u.word, s.word as alike, s.rank,
            (
                select count(*)
                from (
                    select
                    from private.search_postings as p
                    where p.lexeme in (s.word, (ts_lexize('english_stem', s.word))[1])
                    limit 500
                ) as p
            ) as documents
        from misspelt as u
        cross join lateral private.similar_words(u.word) with ordinality as s (word, rank)
    )
    select s.place, s.word, array_agg(s.alike order by s.documents desc, s.rank)
    from likely as s
    group by s.place, s.word;
end
$$;
comment on function private.misspelt_words(text[], private.query_span[]) is
'Returns the misspelt words of a query with similar words.';
revoke execute on function private.misspelt_words(text[], private.query_span[]) from public;
grant execute on function private.misspelt_words(text[], private.query_span[]) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/people_in.sql
-- Helper. Returns the people that consecutive words of a query name, the longest names first, without overlaps. Names
-- may be written joined or in either order. A last name alone counts too, for the people whom most items credit.
create or replace function private.people_in(tokens text[]) returns setof private.query_people
language plpgsql stable rows 2 set search_path = ''
as $$
declare
    v_named private.query_people;
    v_covered boolean[] := array_fill(false, array[cardinality(tokens)]);
begin
    for v_named in
        with parts as materialized (
            select f.first, l.last, n.name, replace(n.name, ' ', '') as joined
            from generate_series(1, cardinality(tokens)) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 3, cardinality(tokens))) as l (last)
            cross join lateral array_to_string(tokens[f.first:l.last], ' ') as n (name)
        ), known as materialized (
            select s.person_id, s.name, s.popularity, s.joined as key, true as is_whole
            from private.search_people as s
            where s.joined = any(array(select p.joined from parts as p))
            union
            select s.person_id, s.name, s.popularity, s.start, false
            from private.search_people as s
            where s.start = any(array(select p.name from parts as p where length(p.name) > 2)) and s.joined is null
        )
        select
            p.first, p.last, (array_agg(k.person_id order by k.popularity desc, k.person_id))[:5],
            (array_agg(k.name order by k.popularity desc, k.person_id))[1], not k.is_whole
        from known as k
        join parts as p on case when k.is_whole then p.joined else p.name end = k.key
        group by p.first, p.last, k.is_whole
        order by k.is_whole desc, p.last - p.first desc, p.first
    loop
        if not (true = any(v_covered[v_named.first:v_named.last])) then
            for v_place in v_named.first .. v_named.last loop
                v_covered[v_place] := true;
            end loop;
            return next v_named;
        end if;
    end loop;
end
$$;
comment on function private.people_in(text[]) is
'Returns the people that words of a query name.';
revoke execute on function private.people_in(text[]) from public;
grant execute on function private.people_in(text[]) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/query_spans.sql
-- Helper. Returns the phrases of up to five consecutive words that the vocabulary holds, the longest first, without
-- those that overlap a longer one. Each mark is preceded by the number of its need and a space.
create or replace function private.query_spans(tokens text[]) returns setof private.query_span
language plpgsql stable rows 5 set search_path = ''
as $$
declare
    v_span private.query_span;
    v_covered boolean[] := array_fill(false, array[cardinality(tokens)]);
begin
    for v_span in
        with parts as materialized (
            select f.first, l.last, array_to_string(tokens[f.first:l.last], ' ') as phrase
            from generate_series(1, cardinality(tokens)) as f (first)
            cross join lateral generate_series(f.first, least(f.first + 4, cardinality(tokens))) as l (last)
        ), known as materialized (
            select q.phrase, array_agg(q.need || ' ' || q.mark order by q.need, q.mark) as marks
            from private.query_words as q
            where q.phrase = any(array(select p.phrase from parts as p))
            group by q.phrase
        )
        select p.first, p.last, p.phrase, k.marks
        from known as k
        join parts as p on p.phrase = k.phrase
        order by p.last - p.first desc, p.first
    loop
        if not (true = any(v_covered[v_span.first:v_span.last])) then
            for v_place in v_span.first .. v_span.last loop
                v_covered[v_place] := true;
            end loop;
            return next v_span;
        end if;
    end loop;
end
$$;
comment on function private.query_spans(text[]) is
'Returns the phrases of a query that the vocabulary holds.';
revoke execute on function private.query_spans(text[]) from public;
grant execute on function private.query_spans(text[]) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/query_tokens.sql
-- Helper. Returns the words of a query, folded. Chinese, Japanese and Korean text is split before and after the phrases
-- of the vocabulary, unless it is a title.
create or replace function private.query_tokens(words text) returns text[]
language plpgsql stable set search_path = ''
as $$
declare
    v_name text := private.fold_name(words);
    v_phrases text;
begin
    if
        v_name ~ '[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]'
        and not exists (
            select
            from private.search_names as n
            where n.is_whole and replace(n.start, ' ', '') = replace(v_name, ' ', '')
        )
    then
        -- Postgres takes the longest alternative of those that match at a position.
        select string_agg(distinct w.phrase, '|') into v_phrases
        from private.query_words as w
        where w.language in ('ja', 'zh', 'ko') and strpos(v_name, w.phrase) > 0;
        v_name := btrim(regexp_replace(regexp_replace(v_name, '(' || v_phrases || ')', ' \1 ', 'g'), ' +', ' ', 'g'));
    end if;
    return string_to_array(coalesce(v_name, private.fold_name(words)), ' ');
end
$$;
comment on function private.query_tokens(text) is
'Returns the words of a query, folded.';
revoke execute on function private.query_tokens(text) from public;
grant execute on function private.query_tokens(text) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/settle_query.sql
-- Helper. Turns what was understood into filters, words to search for and a text to embed. While the filters leave no
-- item that the viewer may see, the last is dropped, and its words are searched for.
create or replace function private.settle_query(
    known private.understanding, filters private.search_filters, viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = '' set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_variable
declare
    v_dropped text[] := '{}';
    v_number integer;
    v_tokens text[];
begin
    if
        known.needs = '{}' and known.wishes is null and known.liked is null
        and known.filters is not distinct from filters
    then
        return known;
    end if;
    -- More needs than there are filters: the last ones are searched for as words.
    loop
        known.filters.marks_1 := string_to_array(known.needs[1], '|');
        known.filters.marks_2 := string_to_array(known.needs[2], '|');
        known.filters.marks_3 := string_to_array(known.needs[3], '|');
        known.filters.marks_4 := string_to_array(known.needs[4], '|');
        v_number := cardinality(known.needs);
        exit when v_number <= 4 and exists (
            select
            from private.search_documents as d
            join public.items as i on i.id = d.item_id
            where private.matches_filters(d, known.filters) and private.is_available(i, viewer)
        );
        if (known.filters).year_from is distinct from filters.year_from
            or (known.filters).year_to is distinct from filters.year_to
        then
            v_dropped := v_dropped || array_to_string(private.tokens_of(known, 'year'), ' ');
            known.roles := array_replace(known.roles, 'year', 'left');
            known.filters.year_from := filters.year_from;
            known.filters.year_to := filters.year_to;
        elsif v_number > 0 then
            -- People are the first needs.
            known.said := known.said || jsonb_build_object('people', (known.said -> 'people') - (v_number - 1));
            v_dropped := v_dropped || array_to_string(
                private.tokens_of(known, 'need ' || v_number) || private.tokens_of(known, 'person ' || v_number), ' '
            );
            known.roles := array_replace(
                array_replace(known.roles, 'need ' || v_number, 'left'), 'person ' || v_number, 'left'
            );
            known.needs := known.needs[:v_number - 1];
        else
            exit;
        end if;
    end loop;
    known.is_whole := not exists (select from unnest(known.roles) as r (role) where coalesce(r.role, 'left') = 'left');
    v_tokens := array(
        select t.word
        from unnest(known.tokens, known.roles) with ordinality as t (word, role, place)
        where
            coalesce(t.role, 'left') in ('left', 'wish')
            and (
                t.role = 'left'
                or not exists (
                    select from unnest(known.spans) as s where t.place between s.first and s.last and '1 filler' = any(s.marks)
                )
            )
        order by t.place
    );
    known.words := array_to_string(v_tokens, ' ');
    known.text := array_to_string(
        array(
            select t.word
            from unnest(known.tokens, known.roles) with ordinality as t (word, role, place)
            where coalesce(t.role, 'left') !~ '^(year|like|liked|person \d+)$'
            order by t.place
        ),
        ' '
    );
    if known.liked is not null then
        known.text := concat_ws(
            '. ', nullif(known.text, ''),
            (
                select c.overview
                from private.search_documents as d
                join public.catalog_items as c on c.id = d.item_id
                where d.document = known.liked
            )
        );
    elsif not exists (
        select from unnest(known.roles) as r (role) where coalesce(r.role, 'left') in ('left', 'wish', 'mood') or r.role like 'need%'
    ) then
        known.text := '';
    end if;
    known.said := known.said || jsonb_build_object(
        'filters', private.understood_filters(known, filters), 'dropped', to_jsonb(v_dropped)
    );
    return known;
end
$$;
comment on function private.settle_query(private.understanding, private.search_filters, private.viewer) is
'Turns what was understood into filters, words and a text to embed.';
revoke execute on function private.settle_query(private.understanding, private.search_filters, private.viewer)
from public;
grant execute on function private.settle_query(private.understanding, private.search_filters, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/title_at.sql
-- Helper. Returns the longest title that the words begin with, as the document of the most popular item of that title
-- that the viewer may see, and the number of its words. No row if no title fits.
create or replace function private.title_at(tokens text[], viewer private.viewer)
returns table (document integer, words integer)
language plpgsql stable rows 1 set search_path = ''
as $$
#variable_conflict use_column
begin
    return query
    select n.document, k.words
    from generate_series(1, least(cardinality(tokens), 10)) as k (words)
    cross join lateral unnest(private.joined_names(array_to_string(tokens[:k.words], ' '))) with ordinality as j (joined, place)
    join private.search_names as n on replace(n.start, ' ', '') = j.joined
    where n.is_whole and n.field <> 'author' and private.is_visible_document(n.document, viewer)
    order by k.words desc, j.place, n.popularity desc, n.document
    limit 1;
end
$$;
comment on function private.title_at(text[], private.viewer) is
'Returns the longest title that the words begin with.';
revoke execute on function private.title_at(text[], private.viewer) from public;
grant execute on function private.title_at(text[], private.viewer) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/tokens_of.sql
-- Helper. Returns the words of a query that stand for one thing.
create or replace function private.tokens_of(known private.understanding, role text) returns text[]
language sql immutable set search_path = ''
as $$
    select array(
        select t.word
        from unnest(known.tokens, known.roles) with ordinality as t (word, role, place)
        where t.role = tokens_of.role
        order by t.place
    )
$$;
comment on function private.tokens_of(private.understanding, text) is
'Returns the words of a query that stand for one thing.';
revoke execute on function private.tokens_of(private.understanding, text) from public;
grant execute on function private.tokens_of(private.understanding, text) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_concepts.sql
-- Helper. Finds genres, moods, languages, countries and keywords in the words before a description. Keywords alone are
-- wishes: items that have them come first, but others may match. Any other need is a filter. If the vocabulary does not
-- hold all of these words, only a language or country counts, and genres beside it.
create or replace function private.understand_concepts(known private.understanding, ignored text[])
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_count integer := cardinality(known.tokens);
    v_head integer := v_count;
    v_span private.query_span;
    v_marks text[];
    v_is_covered boolean;
    v_has_origin boolean;
    v_is_film boolean;
    v_keywords boolean;
begin
    for v_span in
        select s.* from unnest(known.spans) as s where s.marks && array['1 about', '1 job:actor'] order by s.first
    loop
        if known.roles[v_span.first] is null and v_span.first > 1 then
            v_head := v_span.first - 1;
            known.roles[v_span.first] := 'filler';
            for v_place in v_span.first + 1 .. v_count loop
                known.roles[v_place] := coalesce(known.roles[v_place], 'left');
            end loop;
            exit;
        end if;
    end loop;
    if not known.is_title and v_head <= 6 and not 'keywords' = any(ignored) then
        known.spans := known.spans || array(
            select s from private.keyword_spans(known.tokens[:v_head], known.roles, known.spans) as s
        );
    end if;
    v_is_covered := not exists (
        select
        from generate_series(1, v_head) as t (place)
        where
            known.roles[t.place] is null
            and not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
    );
    select
        coalesce(bool_or(exists (select from unnest(s.marks) as m (mark) where m.mark ~ '^\d (language|country):')), false),
        coalesce(bool_or(
            s.phrase ~ '^(films?|movies?|cinema|peliculas?|kino|filme)$'
            or s.last = v_head and exists (select from unnest(s.marks) as m (mark) where m.mark ~ '^\d genre:')
        ), false)
    into v_has_origin, v_is_film
    from unnest(known.spans) as s
    where s.last <= v_head;
    if not v_is_covered and (known.is_title or not (v_has_origin and v_is_film)) then
        return known;
    end if;
    for v_span in
        select s.* from unnest(known.spans) as s where s.last <= v_head order by s.first
    loop
        continue when num_nonnulls(variadic known.roles[v_span.first:v_span.last]) > 0;
        v_keywords := null;
        for v_marks in
            select array_agg(substr(m.mark, 3) order by m.mark)
            from unnest(v_span.marks) as m (mark)
            where
                m.mark ~ '^\d (genre|keyword|language|country|kind):'
                and private.is_understood(substr(m.mark, 3), known.filters, ignored)
            group by left(m.mark, 1)
            order by left(m.mark, 1)
        loop
            v_keywords := not exists (select from unnest(v_marks) as m (mark) where m.mark not like 'keyword:%');
            if not v_keywords then
                known.needs := known.needs || array_to_string(v_marks, '|');
                for v_place in v_span.first .. v_span.last loop
                    known.roles[v_place] := 'need ' || cardinality(known.needs);
                end loop;
            else
                known.literal := known.literal || array(
                    select m.mark from unnest(v_marks) as m (mark) where substr(m.mark, 9) in (
                        v_span.phrase, replace(v_span.phrase, ' ', '-'), rtrim(v_span.phrase, 's')
                    )
                );
                if known.wishes is null then
                    known.wishes := v_marks;
                else
                    known.wishes_2 := coalesce(known.wishes_2, '{}') || v_marks;
                end if;
            end if;
            if v_keywords and known.roles[v_span.first] is null then
                for v_place in v_span.first .. v_span.last loop
                    known.roles[v_place] := case
                        when v_marks && array[
                            'keyword:' || v_span.phrase, 'keyword:' || replace(v_span.phrase, ' ', '-'),
                            'keyword:' || rtrim(v_span.phrase, 's')
                        ] then 'wish'
                        else 'mood'
                    end;
                end loop;
            end if;
        end loop;
        if v_keywords is null and exists (
            select from unnest(v_span.marks) as m (mark) where m.mark ~ '^\d (filler|job:any|job:director|job:actor)$'
        ) then
            for v_place in v_span.first .. v_span.last loop
                known.roles[v_place] := 'filler';
            end loop;
        end if;
    end loop;
    return known;
end
$$;
comment on function private.understand_concepts(private.understanding, text[]) is
'Finds genres, moods, languages, countries and keywords in a query.';
revoke execute on function private.understand_concepts(private.understanding, text[]) from public;
grant execute on function private.understand_concepts(private.understanding, text[])
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_like.sql
-- Helper. Finds the title that a query compares with: after "like", or, in Hindi and Japanese, before its counterpart.
-- Words after the title are searched for.
create or replace function private.understand_like(known private.understanding, viewer private.viewer)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_span private.query_span;
    v_title record;
    v_first integer;
    v_count integer := cardinality(known.tokens);
    v_rest integer;
begin
    select s.* into v_span from unnest(known.spans) as s where s.marks && array['1 like', '1 like after'] limit 1;
    if not found then
        return known;
    end if;
    if '1 like' = any(v_span.marks) then
        v_first := v_span.last + 1;
        select t.* into v_title from private.title_at(known.tokens[v_first:], viewer) as t;
    else
        select t.*, f.first into v_title
        from generate_series(1, v_span.first - 1) as f (first)
        cross join lateral private.title_at(known.tokens[f.first:v_span.first - 1], viewer) as t
        where t.words = v_span.first - f.first
        order by f.first
        limit 1;
        v_first := v_span.first - v_title.words;
    end if;
    if v_title.document is null then
        return known;
    end if;
    -- Words after the title that the vocabulary holds, as in "but funny", are understood like those before it.
    v_rest := v_first + v_title.words;
    while known.tokens[v_rest] in ('but', 'only', 'except', 'with', 'plus', 'and', 'instead', 'set', 'in', 'a', 'more') loop
        v_rest := v_rest + 1;
    end loop;
    for v_place in 1 .. v_count loop
        known.roles[v_place] := case
            when v_place between v_first and v_first + v_title.words - 1 then 'liked'
            when v_place between v_span.first and v_span.last then 'like'
            when v_place >= v_first + v_title.words and v_place < v_rest then 'filler'
            when v_place >= v_rest and '1 like' = any(v_span.marks) and exists (
                select
                from generate_series(v_rest, v_count) as t (place)
                where not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
            )
            then 'left'
        end;
    end loop;
    known.liked := v_title.document;
    known.said := known.said || jsonb_build_object('like', (
        select jsonb_build_object(
            'id', c.id, 'title', c.title, 'phrase',
            array_to_string(known.tokens[v_first:v_first + v_title.words - 1], ' ')
        )
        from private.search_documents as d
        cross join lateral (select c.* from public.catalog_items as c where c.id = d.item_id offset 0) as c
        where d.document = known.liked
    ));
    return known;
end
$$;
comment on function private.understand_like(private.understanding, private.viewer) is
'Finds the title that a query compares with.';
revoke execute on function private.understand_like(private.understanding, private.viewer) from public;
grant execute on function private.understand_like(private.understanding, private.viewer)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_people.sql
-- Helper. Finds the people that a query names. A name of several words counts anywhere; a single word only after
-- "directed by", "with" and the like, or if the vocabulary holds all other words. Ignored people are searched for
-- as words.
create or replace function private.understand_people(known private.understanding, ignored text[])
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_named private.query_people;
    v_marker private.query_span;
    v_job text;
    v_is_alone boolean;
    v_people jsonb := '[]';
begin
    for v_named in select p.* from private.people_in(known.tokens) as p loop
        continue when num_nonnulls(variadic known.roles[v_named.first:v_named.last]) > 0;
        v_marker := null;
        select s.* into v_marker
        from unnest(known.spans) as s
        where s.last = v_named.first - 1 and s.marks && array['1 job:director', '1 job:actor', '1 job:any'];
        v_is_alone := not exists (
            select
            from generate_subscripts(known.tokens, 1) as t (place)
            where
                t.place not between v_named.first and v_named.last
                and known.roles[t.place] is null
                and not exists (select from unnest(known.spans) as s where t.place between s.first and s.last)
        );
        continue when known.is_title and not (v_is_alone and v_named.last > v_named.first and not v_named.is_surname)
            and v_marker is null;
        continue when (v_named.is_surname or v_named.first = v_named.last) and not v_is_alone and not coalesce(
            v_marker.marks && array['1 job:director', '1 job:actor'] or v_marker.phrase = 'by', false
        );
        -- A word of the vocabulary, such as French or West, is a name only where a name must follow.
        continue when v_named.first = v_named.last and v_marker is null and exists (
            select from unnest(known.spans) as s where v_named.first between s.first and s.last
        );
        v_job := case
            when '1 job:director' = any(v_marker.marks) then 'director'
            when '1 job:actor' = any(v_marker.marks) then 'actor'
            else 'person'
        end;
        if v_job <> 'person' and not exists (
            select from private.search_documents as d
            where d.marks && array(select v_job || ':' || p.id from unnest(v_named.people) as p (id))
        ) then
            v_job := 'person';
        end if;
        for v_place in coalesce(v_marker.first, v_named.first) .. v_named.last loop
            known.roles[v_place] := case
                when 'people' = any(ignored) then 'left' else 'person ' || (cardinality(known.needs) + 1)
            end;
        end loop;
        continue when 'people' = any(ignored);
        known.needs := known.needs
            || array_to_string(array(select v_job || ':' || p.id from unnest(v_named.people) as p (id)), '|');
        v_people := v_people || jsonb_build_object(
            'name', v_named.name, 'phrase', array_to_string(known.tokens[v_named.first:v_named.last], ' '),
            'job', nullif(v_job, 'person'), 'ids', to_jsonb(v_named.people)
        );
    end loop;
    known.said := known.said || jsonb_build_object('people', v_people);
    return known;
end
$$;
comment on function private.understand_people(private.understanding, text[]) is
'Finds the people that a query names.';
revoke execute on function private.understand_people(private.understanding, text[]) from public;
grant execute on function private.understand_people(private.understanding, text[]) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_search.sql
-- Helper. Returns what a query means, by rules and the vocabulary of private.query_words, without a model:
--   corrections  misspelt words are replaced by similar ones
--   like         the title after "like", whose similar items match
--   people       names, anywhere in the query
--   years        years and decades
--   concepts     genres, moods, languages and countries, if they and words without meaning make up the query up to the
--                description that "about", "where" or "with" begins
-- Of words of a title nothing is understood unless the vocabulary holds all of them; of a query with phrases or OR,
-- nothing. Filters of the caller win. What leaves no visible item is dropped.
--   ignored  what is not understood: corrections, like, people, years, genres, keywords, languages, countries, kinds,
--            or all
create or replace function private.understand_search(
    parsed private.parsed_search, filters private.search_filters, ignored text[], viewer private.viewer
)
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_most constant integer := 16;
    v_name text := private.fold_name(parsed.words);
    v_is_literal boolean := coalesce(v_name, '') = '' or 'all' = any(ignored) or parsed.phrases is not null
        or parsed.is_lenient;
    v_tokens text[] := case
        when v_is_literal then string_to_array(v_name, ' ') else private.query_tokens(parsed.words)
    end;
    v_known private.understanding;
begin
    v_known := row(
        v_tokens, array_fill(null::text, array[coalesce(cardinality(v_tokens), 0)]),
        case when not v_is_literal then array(select s from private.query_spans(v_tokens) as s) end,
        not v_is_literal and private.is_of_title(v_name), parsed.words, parsed.words, v_name, filters, array[]::text[], null,
        null, null, false, array[]::text[],
        '{"filters": {}, "people": [], "like": null, "corrections": [], "dropped": []}'::jsonb, array[]::text[]
    )::private.understanding;
    if v_is_literal then
        return v_known;
    end if;
    if not v_known.is_title and not 'corrections' = any(ignored) then
        v_known := private.correct_query(v_known, viewer);
    end if;
    if cardinality(v_known.tokens) > v_most then
        return v_known;
    end if;
    if not v_known.is_title and not 'like' = any(ignored) then
        v_known := private.understand_like(v_known, viewer);
    end if;
    v_known := private.understand_people(v_known, ignored);
    if
        not v_known.is_title
        and num_nonnulls(filters.year_from, filters.year_to) = 0
        and (v_known.name ~ '[0-9]' or exists (
            select from unnest(v_known.spans) as s where s.marks[1] like '1 decade:%'
        ))
    then
        v_known := private.understand_years(v_known, ignored);
    end if;
    -- Long texts without a word of the vocabulary but fillers are descriptions.
    if cardinality(v_known.tokens) <= 6 or exists (
        select
        from unnest(v_known.spans) as s
        cross join lateral unnest(s.marks) as m (mark)
        where m.mark ~ '^\d (genre|keyword|language|country|kind):'
    ) then
        v_known := private.understand_concepts(v_known, ignored);
    end if;
    return private.settle_query(v_known, filters, viewer);
end
$$;
comment on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) is
'Returns what a query means: people, filters, the title that it compares with, and corrections.';
revoke execute on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) from public;
grant execute on function private.understand_search(
    private.parsed_search, private.search_filters, text[], private.viewer
) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understand_years.sql
-- Helper. Finds the years that a query states. A year beside other words, without a word that says that it is one, may
-- be off by one: sources date a film by its first showing or its release. Ignored years are searched for as words, and
-- do not keep the words beside them from being understood.
create or replace function private.understand_years(known private.understanding, ignored text[])
returns private.understanding
language plpgsql stable set search_path = ''
as $$
declare
    v_years record;
    v_margin integer;
begin
    select y.* into v_years from private.years_in(known.tokens, known.spans) as y;
    if not found or num_nonnulls(variadic known.roles[v_years.first:v_years.last]) > 0 then
        return known;
    end if;
    v_margin := case when v_years.is_stated or cardinality(known.tokens) = 1 then 0 else 1 end;
    for v_place in v_years.first .. v_years.last loop
        known.roles[v_place] := case when 'years' = any(ignored) then 'left' else 'year' end;
    end loop;
    if not 'years' = any(ignored) then
        known.filters.year_from := v_years.year_from - v_margin;
        known.filters.year_to := v_years.year_to + v_margin;
    end if;
    return known;
end
$$;
comment on function private.understand_years(private.understanding, text[]) is
'Finds the years that a query states.';
revoke execute on function private.understand_years(private.understanding, text[]) from public;
grant execute on function private.understand_years(private.understanding, text[]) to anon, authenticated, service_role;

-- source: sql/private/search/understanding/understood_filters.sql
-- Helper. Returns the understood filters in the form that clients receive: genres, keywords, languages, countries and
-- kinds, each a list of alternatives, and year_from and year_to.
create or replace function private.understood_filters(known private.understanding, filters private.search_filters)
returns jsonb
language sql stable set search_path = ''
as $$
    with marks as (
        select m.mark
        from unnest(known.needs) as n (need)
        cross join lateral string_to_table(n.need, '|') as m (mark)
        union
        select m.mark from unnest(known.wishes || known.wishes_2) as m (mark)
    ), kinds as (
        select k.name, jsonb_agg(substr(m.mark, strpos(m.mark, ':') + 1) order by m.mark) as values
        from marks as m
        join (
            values
            ('genre', 'genres'), ('keyword', 'keywords'), ('language', 'languages'), ('country', 'countries'), ('kind', 'kinds')
        ) as k (mark, name) on k.mark = split_part(m.mark, ':', 1)
        group by k.name
    )
    select
        coalesce((select jsonb_object_agg(k.name, k.values) from kinds as k), '{}')
        || jsonb_strip_nulls(jsonb_build_object(
            'year_from', case when (known.filters).year_from is distinct from filters.year_from then (known.filters).year_from end,
            'year_to', case when (known.filters).year_to is distinct from filters.year_to then (known.filters).year_to end
        ))
$$;
comment on function private.understood_filters(private.understanding, private.search_filters) is
'Returns the understood filters in the form that clients receive.';
revoke execute on function private.understood_filters(private.understanding, private.search_filters) from public;
grant execute on function private.understood_filters(private.understanding, private.search_filters)
to anon, authenticated, service_role;

-- source: sql/private/search/understanding/years_in.sql
-- Helper. Returns the years that words of a query state: years, decades (1950s, 50s, fifties, 1950年代), ranges, and
-- those with before, after, since, early or late. is_stated: a word before it says that it is a year of release, or
-- it is no number that a title could hold.
create or replace function private.years_in(tokens text[], spans private.query_span[])
returns table (first integer, last integer, year_from integer, year_to integer, is_stated boolean)
language sql stable rows 1 set search_path = ''
as $$
    with words as (
        select
            t.place::integer as place, t.word, tokens[t.place - 1] as before, tokens[t.place + 1] as after,
            exists (
                select from unnest(spans) as s where s.last = t.place - 1 and '1 about' = any(s.marks)
            ) as is_setting,
            (
                select substr(m.mark, 10)::integer
                from unnest(spans) as s
                cross join lateral unnest(s.marks) as m (mark)
                where s.first = t.place and m.mark like '1 decade:%'
            ) as decade
        from unnest(tokens) with ordinality as t (word, place)
    ), parsed as (
        select
            w.*,
            case
                when w.decade is not null then w.decade
                when w.word ~ '^(1[89]|20)\d0(s|er|年代)$' then left(w.word, 4)::integer
                when w.word ~ '^\d0(s|er|年代)$'
                then case when w.word < '20' then 2000 else 1900 end + left(w.word, 2)::integer
                when w.word ~ '^(1[89]|20)\d0$' and w.after in ('s', 'er', 'ies') then w.word::integer
                when w.word ~ '^\d0$' and w.after in ('s', 'er') or w.word ~ '^\d0$' and w.before in ('anos', 'annees', 'anni')
                then case when w.word < '20' then 2000 else 1900 end + w.word::integer
                when w.word ~ '^(1[89]|20)\d0$' and (w.before in ('anos', 'annees', 'anni') or w.after = 'के')
                then w.word::integer
            end as tens,
            case when w.word ~ '^(18[89]\d|19\d\d|20[0-3]\d)$' then w.word::integer end as year
        from words as w
        where not w.is_setting
    )
    select
        p.place - case
            when p.tens is not null and p.before in ('early', 'mid', 'late', 'anos', 'annees', 'anni') then 1
            when p.tens is null and p.before in ('from', 'in', 'of', 'year', 'before', 'after', 'since', 'until', 'between') then 1
            else 0
        end,
        p.place + case
            when p.tens is not null and p.after = 'के' then 2
            when p.tens is not null and p.after in ('s', 'er', 'ies') then 1
            when p.decade is not null then coalesce(
                (select s.last - s.first from unnest(spans) as s where s.first = p.place), 0
            )
            when p.tens is null and tokens[p.place + 2] ~ '^(19|20)\d\d$' and p.after in ('and', 'to', 'bis', 'a') then 2
            when p.tens is null and p.after ~ '^(19|20)\d\d$' then 1
            else 0
        end,
        case
            when p.tens is not null then p.tens + case p.before when 'late' then 6 when 'mid' then 3 else 0 end
            when p.before in ('before', 'until') then null
            when p.before = 'after' then p.year + 1
            else p.year
        end,
        case
            when p.tens is not null then p.tens + case p.before when 'early' then 4 when 'mid' then 6 else 9 end
            when p.before in ('after', 'since') then null
            when p.before = 'before' then p.year - 1
            when tokens[p.place + 2] ~ '^(19|20)\d\d$' and p.after in ('and', 'to', 'bis', 'a')
            then tokens[p.place + 2]::integer
            when p.after ~ '^(19|20)\d\d$' then p.after::integer
            else p.year
        end,
        p.tens is not null
        or coalesce(p.before in ('from', 'in', 'of', 'year', 'before', 'after', 'since', 'until', 'between'), false)
        or coalesce(p.after ~ '^(19|20)\d\d$', false)
    from parsed as p
    where coalesce(p.tens, p.year) is not null
    order by p.place
    limit 1
$$;
comment on function private.years_in(text[], private.query_span[]) is
'Returns the years that words of a query state.';
revoke execute on function private.years_in(text[], private.query_span[]) from public;
grant execute on function private.years_in(text[], private.query_span[]) to anon, authenticated, service_role;

-- source: sql/private/search/vectors/nearest_filtered.sql
-- Helper. Returns the documents of a kind nearest to the query embedding that match the filters. If at most 8,000
-- documents match the filters, all are compared exactly (pre-filtering), and visibility is checked from the nearest on.
-- If more match, or without filters, the HNSW index is scanned and the filters are checked on each result
-- (post-filtering). A sample of 2 % of the documents, always the same one, estimates the number of matches, so that
-- large numbers are not counted.
create or replace function private.nearest_filtered(
    query_embedding extensions.vector,
    kind text,
    filters private.search_filters,
    viewer private.viewer,
    as_of integer,
    count integer
)
returns table (document integer, similarity double precision)
language plpgsql stable rows 100 set search_path = '' set random_page_cost = 1.1 set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_few constant integer := 8000;
    v_sampled integer;
    v_items uuid[];
begin
    if num_nonnulls(
        filters.genre, filters.language, filters.year_from, filters.year_to, filters.tier, filters.marks_1
    ) > 0 then
        v_sampled := (
            select count(*)
            from private.search_documents as d tablesample system (2) repeatable (0)
            where d.kind = nearest_filtered.kind and private.matches_filters(d, filters)
        );
    end if;
    if v_sampled * 50 <= v_few * 1.5 then
        v_items := array(
            select d.item_id
            from private.search_documents as d
            where d.kind = nearest_filtered.kind and d.document <= as_of and private.matches_filters(d, filters)
            limit v_few + 1
        );
    end if;
    if cardinality(v_items) <= v_few then
        return query
        select f.document, f.similarity
        from (
            select
                m.item_id, m.similarity,
                (
                    select d.document
                    from private.search_documents as d
                    join public.items as i on i.id = d.item_id
                    where d.item_id = m.item_id and private.is_visible_match(d, i, filters, viewer)
                ) as document
            from (
                select e.item_id, 1 - (e.embedding operator(extensions.<=>) query_embedding) as similarity
                from public.item_embeddings as e
                where e.item_id = any(v_items)
                order by similarity desc, e.item_id
                offset 0
            ) as m
            order by m.similarity desc, m.item_id
            offset 0
        ) as f
        where f.document is not null
        order by f.similarity desc, f.item_id
        limit nearest_filtered.count;
    else
        return query
        select n.document, n.similarity
        from private.nearest_by_index(
            query_embedding, nearest_filtered.kind, filters, viewer, as_of, nearest_filtered.count
        ) as n;
    end if;
end
$$;
comment on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) is
'Returns the documents of a kind nearest to a query embedding that match the filters.';
revoke execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) from public;
grant execute on function private.nearest_filtered(
    extensions.vector, text, private.search_filters, private.viewer, integer, integer
) to anon, authenticated, service_role;

-- source: sql/private/search/query/matches_filters.sql
-- Helper. Returns whether a document matches all filters except the tier, which depends on the viewer. The planner
-- inlines it.
create or replace function private.matches_filters(
    found private.search_documents, filters private.search_filters
) returns boolean
language sql stable
return (filters.kind is null or found.kind = filters.kind)
and (filters.genre is null or found.genres @> array[filters.genre])
and (filters.language is null or found.language = filters.language)
and (filters.year_from is null or found.year >= filters.year_from)
and (filters.year_to is null or found.year <= filters.year_to)
and (filters.marks_1 is null or found.marks && filters.marks_1)
and (filters.marks_2 is null or found.marks && filters.marks_2)
and (filters.marks_3 is null or found.marks && filters.marks_3)
and (filters.marks_4 is null or found.marks && filters.marks_4);
comment on function private.matches_filters(private.search_documents, private.search_filters) is
'Returns whether a document matches all filters except the tier.';
revoke execute on function private.matches_filters(private.search_documents, private.search_filters) from public;
grant execute on function private.matches_filters(private.search_documents, private.search_filters)
to anon, authenticated, service_role;

-- source: sql/triggers/alternative_titles.sql
-- Alternative titles: the search index follows.
create or replace trigger index_inserted
after insert on public.alternative_titles referencing new table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_updated_from
after update on public.alternative_titles referencing old table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_updated_to
after update on public.alternative_titles referencing new table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_deleted
after delete on public.alternative_titles referencing old table as changed_rows
for each statement execute function private.index_changed('content_id');

-- source: sql/triggers/content_translations.sql
-- Translated titles and overviews: the search index follows.
create or replace trigger index_inserted
after insert on public.content_translations referencing new table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_updated_from
after update on public.content_translations referencing old table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_updated_to
after update on public.content_translations referencing new table as changed_rows
for each statement execute function private.index_changed('content_id');

create or replace trigger index_deleted
after delete on public.content_translations referencing old table as changed_rows
for each statement execute function private.index_changed('content_id');

-- source: sql/triggers/credits.sql
-- Credits: the search index and the name index of people follow.
create or replace trigger index_inserted
after insert on public.credits referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.credits referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.credits referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.credits referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger name_inserted
after insert on public.credits referencing new table as changed_rows
for each statement execute function private.index_changed_people('person_id');

create or replace trigger name_deleted
after delete on public.credits referencing old table as changed_rows
for each statement execute function private.index_changed_people('person_id');

-- source: sql/triggers/item_keywords.sql
-- Keywords of items: the search index follows.
create or replace trigger index_inserted
after insert on public.item_keywords referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_from
after update on public.item_keywords referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_updated_to
after update on public.item_keywords referencing new table as changed_rows
for each statement execute function private.index_changed('item_id');

create or replace trigger index_deleted
after delete on public.item_keywords referencing old table as changed_rows
for each statement execute function private.index_changed('item_id');

-- source: sql/triggers/people.sql
-- People: updated_at follows each change, and so do the search index and the name index of people.
create or replace trigger touch
before update on public.people
for each row execute function private.touch();

create or replace trigger index_updated
after update on public.people referencing new table as changed_rows
for each statement execute function private.index_changed('person_id');

create or replace trigger name_inserted
after insert on public.people referencing new table as changed_rows
for each statement execute function private.index_changed_people('id');

create or replace trigger name_updated
after update on public.people referencing new table as changed_rows
for each statement execute function private.index_changed_people('id');

-- source: sql/access/query_words.sql
-- Everyone reads the vocabulary of queries, because searches run as their caller. No API exposes the table.
revoke all on private.query_words from anon, authenticated;
grant select on private.query_words to anon, authenticated;
grant all on private.query_words to service_role;

-- source: sql/access/search_people.sql
-- Everyone reads this index of the public catalogue, because searches run as their caller. No API exposes the table.
revoke all on private.search_people from anon, authenticated;
grant select on private.search_people to anon, authenticated;
grant all on private.search_people to service_role;

-- source: sql/rpc/search/search_content.sql
-- Searches films, shows, sports and books by words and by meaning, and counts the matches by facets. Without a query it
-- browses: all items that match the filters. People, genres, moods, languages, countries, years and "like" with a title
-- are understood in the query. Pages are stable: items added to the catalogue after the first page do not appear on
-- later pages.
--   query            the search text, at most 1,000 characters: words of titles, authors and descriptions in any order;
--                    misspellings are corrected; "phrases", -excluded words and OR are supported. Required unless
--                    query_embedding, a filter or sort is sent
--   query_embedding  the query as 384 numbers, from the model named in item_embeddings.model; if omitted, search by
--                    words alone
--   kind             movie, tv_show, sports or book; if omitted, all kinds
--   genre            a genre's slug; if omitted, all genres
--   language         ISO 639 code of the item's language; if omitted, all languages
--   year_from        earliest year, 0 to 3000; if omitted, no limit
--   year_to          latest year, 0 to 3000; if omitted, no limit
--   tier             free or premium: the tier needed to play the item now in the caller's country; if omitted, both
--   count            results per page, 1 to 100, default 20
--   cursor           next_cursor of the previous page, with the same query and filters; if omitted, the first page
--   sort             popularity, year (latest first), rating (highest first) or title; if omitted, relevance,
--                    or without a query popularity
--   ignore           what is not to be understood in the query: corrections, like, people, years, genres, keywords,
--                    languages, countries, kinds, or all; default nothing
-- Returns JSON: results (id, kind, title, overview, year, language, image, score, similarity, matched: an array of
-- words, name and meaning; title_html and snippet_html: escaped, with matching words in mark elements), best first;
-- total, the number of matches, at most 1,000; facets (kind, genre, language, decade, tier: each a list of value and
-- count over all matches, highest count first); understood: filters (genres, keywords, languages, countries, kinds:
-- each a list of alternatives; year_from, year_to), people (name, phrase, job, ids), like (id, title, phrase; or null),
-- corrections (from, to) and dropped, phrases whose filter left no item; next_cursor, null on the last page.
-- Raises 22023 for a parameter that is missing or out of range, or for a cursor of another search; named in
-- detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/search_content {"query": "blade runer", "kind": "movie", "count": 10}
-- Example response: {"total": 3, "facets": {"kind": [{"value": "movie", "count": 3}], "genre": [{"value": "drama",
-- "count": 2}, …], "language": [{"value": "en", "count": 3}], "decade": [{"value": 1990, "count": 2}, {"value": 1980,
-- "count": 1}], "tier": [{"value": "free", "count": 3}]}, "results": [{"id": "de12…", "kind": "movie", "year": 1982,
-- "image": null, "score": 0.033, "title": "Blade Runner", "matched": ["words", "name"], "language": "en", "overview":
-- "In a rainy, neon-lit Los Angeles of 2019, a burnt-out …", "similarity": null, "title_html": "<mark>Blade</mark>
-- <mark>Runner</mark>", "snippet_html": "In a rainy, neon-lit Los Angeles of 2019, a …"}, …], "understood": {"like":
-- null, "people": [], "dropped": [], "filters": {}, "corrections": [{"to": "runner", "from": "runer"}]}, "next_cursor":
-- null}
create or replace function public.search_content(
    query text default null,
    query_embedding extensions.vector default null,
    kind text default null,
    genre text default null,
    language text default null,
    year_from integer default null,
    year_to integer default null,
    tier text default null,
    count integer default 20,
    cursor text default null,
    sort text default null,
    ignore text[] default null
)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_query text := coalesce(search_content.query, '');
    v_count integer := coalesce(search_content.count, 20);
    v_filters private.search_filters := row(
        search_content.kind, search_content.genre, search_content.language, search_content.year_from,
        search_content.year_to, search_content.tier, null, null, null, null
    );
    v_ignored text[] := coalesce(search_content.ignore, '{}');
    v_viewer private.viewer := private.current_viewer();
    v_search text;
    v_parsed private.parsed_search;
    v_known private.understanding;
    v_after jsonb;
    v_as_of integer;
    v_terms private.search_term[];
    v_matches private.search_match[];
    v_page private.search_match[];
    v_last private.search_match;
    v_score double precision;
begin
    perform private.check_search(
        v_query, search_content.query_embedding, v_filters, v_count, search_content.sort, v_ignored
    );
    v_search := md5(
        row(v_query, search_content.query_embedding, v_filters, search_content.sort, v_ignored)::text
    );
    v_after := private.read_cursor(search_content.cursor, v_search);
    v_as_of := coalesce((v_after ->> 'as_of')::integer, (select max(d.document) from private.search_documents as d), 0);
    v_parsed := private.parse_search(v_query);
    v_known := private.understand_search(v_parsed, v_filters, v_ignored, v_viewer);
    if v_query ~ '\S' or search_content.query_embedding is not null then
        v_terms := array(
            select t
            from private.query_terms(
                case when v_known.said -> 'corrections' = '[]' then v_parsed.words else v_known.name end,
                v_known.words, v_known.similar_words, v_as_of
            ) as t
        );
        v_matches := private.sort_matches(
            array(
                select m
                from private.search_matches(
                    v_parsed, v_known, v_terms, search_content.query_embedding, v_filters, v_viewer, v_as_of
                ) as m
                order by m.score desc, m.document
            ),
            search_content.sort
        );
    else
        v_matches := array(
            select m
            from private.browse_documents(v_filters, search_content.sort, v_viewer, v_as_of) as m
            order by m.score desc, m.document
        );
    end if;
    v_score := coalesce(
        (select m.score from unnest(v_matches) as m where m.document = (v_after ->> 'document')::integer),
        (v_after ->> 'score')::double precision
    );
    v_page := array(
        select row(m.document, m.score, m.words, m.closeness, m.similarity, m.tier)::private.search_match
        from unnest(v_matches) with ordinality as m (document, score, words, closeness, similarity, tier, place)
        where
            v_after is null
            or m.score < v_score
            or m.score = v_score and m.document > (v_after ->> 'document')::integer
        order by m.place
        limit v_count + 1
    );
    v_last := v_page[v_count];
    return jsonb_build_object(
        'results', private.search_results(v_page[:v_count], array(select t.lexeme from unnest(v_terms) as t)),
        'total', cardinality(v_matches),
        'facets', private.search_facets(v_matches),
        'understood', v_known.said,
        'next_cursor', case
            when cardinality(v_page) > v_count
            then private.write_cursor(v_search, v_as_of, v_last.score, v_last.document)
        end
    );
end
$$;
comment on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) is
'Searches films, shows, sports and books by words and by meaning, with facets, or browses them.';
revoke execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) from public;
grant execute on function public.search_content(
    text, extensions.vector, text, text, text, integer, integer, text, integer, text, text, text[]
) to anon, authenticated, service_role;

-- source: sql/rpc/search/suggest.sql
-- Suggests titles, authors and people while the user types.
-- First come names with a word that starts with the typed text, the most popular first. If there are fewer than count,
-- names that match its spelling corrections follow.
--   q      the typed text, 1 to 200 characters
--   count  maximum number of suggestions, 1 to 50, default 8
-- Returns suggestion (the name), kind (the item's kind, author or person), id, title, year and image of the item; for
-- an author, these four are null; for a person, id is that of people and the others are null.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/suggest {"q": "blade ru"}
-- Example response: [{"suggestion": "Blade Runner", "kind": "movie", "id": "de12…", "title": "Blade Runner", "year":
-- 1982, "image": null}]
create or replace function public.suggest(q text default null, count integer default 8)
returns setof public.suggestion
language plpgsql stable rows 8 set search_path = ''
as $$
#variable_conflict use_column
declare
    v_count integer := coalesce(suggest.count, 8);
    v_typed text := private.fold_name(left(suggest.q, 201));
    v_viewer private.viewer := private.current_viewer();
begin
    if coalesce(v_typed, '') = '' or length(suggest.q) > 200 then
        raise exception 'q must have 1 to 200 characters'
            using errcode = '22023', detail = '{"field": "q", "min": 1, "max": 200}';
    end if;
    perform private.check_range('count', v_count, 1, 50);
    return query
    with begun as materialized (
        select n.*, 0::bigint as place from private.names_by_prefix(left(v_typed, 100), v_viewer, v_count * 5) as n
    ), named as (
        select b.* from begun as b
        union all
        select n.*, m.place
        from private.spelling_corrections(v_typed) with ordinality as m (typed, place)
        cross join lateral private.names_by_prefix(left(m.typed, 100), v_viewer, v_count * 5) as n
        where (select count(*) from begun) < v_count
    ), once as (
        select distinct on (case n.field when 'author' then private.fold_name(n.name) else n.document::text end)
            n.*
        from named as n
        order by
            case n.field when 'author' then private.fold_name(n.name) else n.document::text end,
            n.place, n.popularity desc, n.is_whole desc, n.field desc, n.name
    )
    select s.suggestion, s.kind, s.id, s.title, s.year, s.image
    from (
        select
            o.name as suggestion, case o.field when 'author' then 'author' else c.kind end as kind, c.id, c.title, c.year,
            c.image, o.place, o.is_whole and o.start = v_typed as is_equal, o.popularity, o.document
        from once as o
        join private.search_documents as d on d.document = o.document
        left join lateral (
            select c.* from public.catalog_items as c where c.id = d.item_id and o.field <> 'author' offset 0
        ) as c on true
        union all
        select p.name, 'person', p.person_id, null, null, null, 0, p.start = v_typed, p.popularity, 0
        from private.people_by_prefix(left(v_typed, 100), v_viewer, v_count) as p
        where length(v_typed) >= 3
    ) as s
    order by s.place, s.is_equal desc, s.popularity desc, s.suggestion, s.document
    limit v_count;
end
$$;
comment on function public.suggest(text, integer) is 'Suggests titles, authors and people while the user types.';
revoke execute on function public.suggest(text, integer) from public;
grant execute on function public.suggest(text, integer) to anon, authenticated, service_role;

-- source: sql/rpc/search/understand_query.sql
-- Reads a query as search_content does, for clients that embed queries themselves: they embed the text that it returns,
-- and send the embedding with the query, or none if the text is empty.
--   query   the search text, 1 to 1,000 characters
--   ignore  what is not to be understood, as in search_content; default nothing
-- Returns JSON: corrected, the query with misspellings corrected; text, the corrected query without people, years and
-- the title after "like"; understood, as in search_content.
-- Raises 22023 for a parameter that is missing or out of range, named in detail.field.
-- Roles: anon, authenticated, service_role.
-- Example: rpc/understand_query {"query": "iranian drama of the 90s"}
-- Example response: {"text": "iranian drama of the", "corrected": "iranian drama of the 90s", "understood":
-- {"like": null, "people": [], "dropped": [], "filters": {"genres": ["drama"], "year_to": 1999, "countries": ["IR"],
-- "languages": ["fa"], "year_from": 1990}, "corrections": []}}
create or replace function public.understand_query(query text default null, ignore text[] default null)
returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
    v_ignored text[] := coalesce(understand_query.ignore, '{}');
    v_known private.understanding;
begin
    perform private.check_search(coalesce(understand_query.query, ''), null, null, 1, null, v_ignored);
    v_known := private.understand_search(
        private.parse_search(understand_query.query), null, v_ignored, private.current_viewer()
    );
    return jsonb_build_object(
        'corrected', case when v_known.said -> 'corrections' = '[]' then understand_query.query else v_known.name end,
        'text', v_known.text,
        'understood', v_known.said
    );
end
$$;
comment on function public.understand_query(text, text[]) is
'Returns what search_content understands in a query, and the text to embed for it.';
revoke execute on function public.understand_query(text, text[]) from public;
grant execute on function public.understand_query(text, text[]) to anon, authenticated, service_role;

-- end of sources
-- Index what was not indexed before: marks, people and the other new texts.
select private.index_people(array(select p.id from public.people as p));
select private.index_items(array(select i.id from public.items as i));
