create collation {p}_gone (provider = libc, locale = 'C'); create collation {p}_gone_too (provider = libc, locale = 'C');
create table {p}_sorted (id int primary key, n text); insert into {p}_sorted select n, 'n' || n from generate_series(1, 60) n;
create view {p}_sorted_view as select n collate {p}_gone as n from {p}_sorted; create index {p}_sorted_n on {p}_sorted (n collate {p}_gone_too);
update pg_collation set collcollate = 'tlh_XX.utf8', collctype = 'tlh_XX.utf8' where collname in ('{p}_gone', '{p}_gone_too');
