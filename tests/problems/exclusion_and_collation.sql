create extension if not exists btree_gist; create collation {p}_ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table {p}_rooms (id int primary key, room text collate {p}_ci unique, during tsrange, exclude using gist (room with =, during with &&));
insert into {p}_rooms select n, 'R' || n, tsrange(timestamp '2026-01-01' + n * interval '1 day', timestamp '2026-01-02' + n * interval '1 day') from generate_series(1, 60) n;
