-- Primary keys, unique constraints and foreign keys that are all deferred: rows can be swapped
-- within a transaction, and nothing is checked before COMMIT. A deferrable unique constraint cannot
-- be a foreign key's target, so there is one that is not.
-- fraction: 0.25

create table playlists (
    id int primary key,
    position int not null,
    constraint playlists_position unique (position) deferrable initially deferred
);
insert into playlists select n, 1001 - n from generate_series(1, 400) n;

create table songs (
    playlist_id int not null references playlists deferrable initially deferred,
    rank int not null,
    follows_playlist_id int,
    title text not null,
    constraint songs_key primary key (playlist_id, rank) deferrable initially deferred,
    constraint songs_follows foreign key (follows_playlist_id) references playlists deferrable initially immediate,
    constraint songs_titles exclude using btree (title with =) deferrable initially deferred
);
insert into songs
select p, r, case when r = 3 then 1 + p * 7 % 400 end, format('song %s of %s', r, p)
from generate_series(1, 400) p, generate_series(1, 4) r;

-- ask: select count(*) from pg_constraint where condeferrable and condeferred => 4
