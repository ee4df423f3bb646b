-- The catalogue of the browser tests: real films with our own overviews, an original title in its own script, and a title
-- full of characters that a page must show as text. Popularity falls in this order, so that lists are known.
with films (title, year, language, original, minutes, certificate, genres, overview) as (
    values
    ('Cocoon', 1985, 'en', null, 117, null, 'Science Fiction|Comedy|Drama',
     'Residents of a Florida retirement home sneak into a neighbor''s swimming pool and feel young again, not knowing that visitors from space have charged the water to revive their sleeping companions.'),
    ('This Is Spinal Tap', 1984, 'en', null, 82, null, 'Comedy|Music',
     'In this mock documentary, a camera crew follows an ageing British heavy metal band on a disastrous American tour, with cancelled gigs, a tiny Stonehenge stage prop, doomed drummers and a meddling girlfriend splitting two childhood friends.'),
    ('Grumpier Old Men', 1995, 'en', null, 101, 'PG-13', 'Comedy|Romance',
     'Two feuding Minnesota neighbours who love ice fishing unite against a glamorous Italian divorcee who plans to turn the local bait shop into a restaurant, until one falls for her while their children prepare to marry.'),
    ('Blade Runner', 1982, 'en', null, 117, 'R', 'Science Fiction|Drama|Thriller',
     'In a rainy, neon-lit Los Angeles of 2019, a burnt-out detective is ordered to kill four escaped artificial humans seeking longer lives, and falls for a woman who does not know she is manufactured.'),
    ('Alien', 1979, 'en', null, 117, 'R', 'Horror|Science Fiction',
     'Woken early to answer a distress signal, the crew of a space freighter brings aboard a parasite that bursts from one man''s chest and stalks the others through the ship''s dark corridors.'),
    ('The Terminator', 1984, 'en', null, 107, 'R', 'Action|Science Fiction|Thriller',
     'A cyborg killer arrives in 1984 Los Angeles to murder a waitress whose unborn son will lead humanity against machines. Her only protector is a soldier sent back from the same ruined future.'),
    ('The Matrix', 1999, 'en', null, 136, 'R', 'Action|Science Fiction',
     'An office worker who hacks by night learns that daily life is a computer simulation built by machines, and joins a band of rebels who believe he can free enslaved humanity.'),
    ('WALL-E', 2008, 'en', null, 98, 'G', 'Animation|Science Fiction|Family|Romance',
     'Centuries after people left a garbage-covered Earth, a small trash-compacting robot falls in love with a sleek probe and follows her to a starship where pampered humans have forgotten how to walk.'),
    ('Toy Story', 1995, 'en', null, 81, 'G', 'Animation|Adventure|Comedy|Family',
     'A cowboy doll used to being the favourite grows jealous when a boy gets a flashy space ranger. Their rivalry strands both far from the bedroom, days before the family moves house.'),
    ('Babe', 1995, 'en', null, 92, 'G', 'Family|Comedy|Drama|Fantasy',
     'An orphaned piglet raised by a sheepdog on a talking-animal farm discovers that politeness lets him herd sheep, and the taciturn farmer risks ridicule by entering him in a dog trial.'),
    ('Mulan', 1998, 'en', null, 87, 'G', 'Animation|Family|Adventure|War',
     'To spare her ailing father from conscription against the Huns, a young Chinese woman disguises herself as a male soldier, aided by a tiny dragon eager to regain his ancestral post.'),
    ('Shrek', 2001, 'en', null, 90, 'PG', 'Animation|Comedy|Fantasy|Family',
     'A grumpy green ogre finds his swamp overrun by exiled fairy-tale creatures. To get his solitude back, he and a talkative donkey must rescue a princess from a dragon''s tower for a short-tempered lord.'),
    ('Ratatouille', 2007, 'en', null, 111, 'G', 'Animation|Family|Comedy|Fantasy',
     'A rat with an exquisite sense of taste longs to cook in a famous Paris restaurant. Hidden under the hat of a clumsy kitchen boy, he steers him by the hair as a suspicious chef closes in.'),
    ('The Lion King', 1994, 'en', null, 88, 'G', 'Animation|Family|Drama|Adventure',
     'Tricked by a jealous uncle into believing he caused his father''s death, a young cub flees the African savanna and grows up carefree with a meerkat and warthog, until his past finds him.'),
    ('Seven Samurai', 1954, 'ja', '七人の侍', 207, null, 'Action|Drama|Adventure',
     'In sixteenth-century Japan, farmers who expect bandits to steal their harvest hire masterless swordsmen for nothing but rice, and an aging leader trains the villagers to hold off the raid.'),
    ('Spirited Away', 2001, 'ja', '千と千尋の神隠し', 125, 'PG', 'Animation|Fantasy|Family|Adventure',
     'A sulky ten-year-old wanders into a bathhouse for gods and spirits, where her parents are turned into pigs. Put to work by a witch who takes her name, she must find courage to save them.'),
    ('Amélie', 2001, 'fr', null, 122, 'R', 'Comedy|Romance',
     'A shy Montmartre waitress returns a lost box of childhood treasures and decides to meddle secretly in others'' happiness, but hesitates to reveal herself to a young man who collects discarded photo-booth pictures.'),
    ('Pan''s Labyrinth', 2006, 'es', 'El laberinto del fauno', 118, 'R', 'Fantasy|Drama|War',
     'In 1944 Spain a lonely girl moves to a mill where her brutal stepfather, a Francoist captain, hunts guerrillas. In the woods a faun tells her she is a lost princess and sets three tasks.'),
    ('Titanic', 1997, 'en', null, 194, 'PG-13', 'Drama|Romance',
     'Aboard an ocean liner on its 1912 maiden voyage, a society girl trapped in an engagement falls for a penniless artist from steerage, days before the ship strikes an iceberg in the Atlantic.'),
    ('Pretty Woman', 1990, 'en', null, 119, 'R', 'Romance|Comedy',
     'A ruthless corporate raider hires a Hollywood Boulevard prostitute as his companion for a week of business dinners in Beverly Hills, and both begin wanting more than the deal they agreed upon.'),
    ('Bridget Jones''s Diary', 2001, 'en', null, 97, 'R', 'Comedy|Romance|Drama',
     'A single London publishing assistant in her thirties resolves to drink less, smoke less and record her life honestly. She gets entangled with her roguish boss and with a stiff barrister who seems to disapprove of her.'),
    ('Groundhog Day', 1993, 'en', null, 101, 'PG', 'Comedy|Fantasy|Romance',
     'A sneering television weatherman sent to a small Pennsylvania town wakes to the same February morning over and over. Trapped in the loop, he tries hedonism, despair and finally winning over his producer.'),
    ('Airplane!', 1980, 'en', null, 88, 'PG', 'Comedy',
     'Food poisoning fells both pilots on a flight to Chicago, and the only person able to land is a traumatised war veteran who boarded to win back a stewardess. Every disaster-movie cliche is mocked with deadpan gags.'),
    ('The Big Lebowski', 1998, 'en', null, 117, 'R', 'Comedy|Crime',
     'Mistaken for a millionaire of the same name, a bathrobe-wearing Los Angeles slacker seeks payment for his soiled rug and, with his short-fused bowling partner, bungles the ransom of a trophy wife.'),
    ('Fargo', 1996, 'en', null, 98, null, 'Crime|Drama|Thriller',
     'A debt-ridden Minnesota car salesman hires two thugs to kidnap his wife for ransom. The scheme turns bloody on a snowy road, and a cheerful, heavily pregnant police chief starts investigating.'),
    ('Pulp Fiction', 1994, 'en', null, 154, 'R', 'Crime|Thriller|Comedy',
     'Two chatty hitmen retrieving a briefcase, a boxer who refuses to throw a fight and a gangster''s bored wife cross paths in Los Angeles, in stories told out of order.'),
    ('The Godfather', 1972, 'en', null, 175, 'R', 'Crime|Drama',
     'After an attempt on his father''s life, the war-hero son of a New York Mafia patriarch, who wanted no part of the family business, is drawn into a bloody struggle with rival clans in the 1940s.'),
    ('Goodfellas', 1990, 'en', null, 145, 'R', 'Crime|Drama',
     'An Irish-Italian boy from Brooklyn grows up idolising neighbourhood mobsters and joins them, enjoying hijackings and easy money from the fifties on, until cocaine, paranoia and murder unravel the life he loved.'),
    ('Psycho', 1960, 'en', null, 109, 'R', 'Horror|Thriller|Mystery',
     'Fleeing Phoenix with stolen cash, a secretary stops at a lonely motel run by a nervous young man dominated by his mother. When she disappears, her sister and lover come looking for answers.'),
    ('The Shining', 1980, 'en', null, 144, 'R', 'Horror',
     'A struggling writer takes his wife and psychic son to mind a remote Colorado hotel through the snowbound winter, where isolation, drink and the building''s ghosts push him toward murdering his family.'),
    ('Dances with Wolves', 1990, 'en', null, 181, 'PG-13', 'Western|Drama|Adventure',
     'A Union officer alone at an abandoned frontier post in the 1860s slowly befriends the neighbouring Lakota and falls in love, until the advancing army forces him to decide where he belongs.'),
    ('Unforgiven', 1992, 'en', null, 131, 'R', 'Western|Drama',
     'A widowed pig farmer who was once a notorious killer takes one more job, riding to a Wyoming town to avenge a slashed prostitute and facing a sheriff who brutally bans guns.'),
    ('Platoon', 1986, 'en', null, 120, 'R', 'War|Drama',
     'A college dropout volunteers for Vietnam in 1967 and finds his infantry unit split between two sergeants, one humane and one murderous. After atrocities in a village, the soldiers become each other''s enemies.'),
    ('Gladiator', 2000, 'en', null, 155, 'R', 'Action|Drama|Adventure',
     'Betrayed by the new emperor, who has his family killed, a Roman general is sold into slavery and fights his way through provincial arenas toward the Colosseum, seeking revenge before the crowds of Rome.'),
    ('Grease', 1978, 'en', null, 110, 'PG-13', 'Music|Romance|Comedy',
     'After a summer romance by the beach, a wholesome Australian girl and a leather-jacketed gang leader find themselves at the same California high school in the fifties, where keeping up his cool image comes between them.'),
    ('Casablanca', 1942, 'en', null, 102, 'PG', 'Drama|Romance|War',
     'In wartime Morocco a cynical American nightclub owner holding two precious exit permits meets the woman who left him in Paris, now with her husband, a resistance leader hunted by the Nazis.'),
    ('<b>Bold</b> & “50 %” 🎬 ''שלום''', 1999, 'he', 'שלום', 90, 'PG', 'Comedy',
     'A title with <i>markup</i>, quotes " and a right-to-left word, which the page shows as text.')
),
added as (
    insert into public.content (title, release_year, original_language, original_title, duration_minutes, maturity_rating, overview, popularity)
    select f.title, f.year, f.language, f.original, f.minutes, f.certificate, f.overview, 1000 - row_number() over ()
    from films as f
    returning id, title
),
named as (
    insert into public.genres (name, slug)
    select distinct g.name, lower(replace(g.name, ' ', '-'))
    from films as f, lateral string_to_table(f.genres, '|') as g (name)
    on conflict (slug) do update set name = excluded.name
    returning id, name
)
insert into public.item_genres (item_id, genre_id)
select a.id, n.id
from added as a
join films as f on f.title = a.title
cross join lateral string_to_table(f.genres, '|') as g (name)
join named as n on n.name = g.name;

with billing (title, job, position, name) as (
    values
    ('Grumpier Old Men', 'director', 1, 'Howard Deutch'),
    ('Grumpier Old Men', 'actor', 1, 'Walter Matthau'),
    ('Grumpier Old Men', 'actor', 2, 'Jack Lemmon'),
    ('Grumpier Old Men', 'actor', 3, 'Sophia Loren')
),
named as (
    insert into public.people (name)
    select distinct b.name from billing as b
    returning id, name
)
insert into public.credits (item_id, person_id, job, position)
select c.id, n.id, b.job, b.position
from billing as b
join public.content as c on b.title = c.title
join named as n on b.name = n.name;
