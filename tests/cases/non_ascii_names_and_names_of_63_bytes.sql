-- Names in other scripts, in decomposed letters, with emoji, and of 63 bytes, the longest there
-- are, of which two differ in the last byte only. A tool that adds a prefix or a suffix to a name
-- makes them collide.

create schema "žluťoučký_kůň";

create table "žluťoučký_kůň"."注文" ("編號" int primary key, "größe" numeric, "naïve" text, "👩‍💻" text);
insert into "žluťoučký_kůň"."注文" select n, n / 3.0, 'é', '🐎' from generate_series(1, 300) n;

create table "таблица" ("ключ" serial primary key, "注文_編號" int references "žluťoučký_kůň"."注文", "étage" int, U&"e\0301tage" int);
insert into "таблица" ("注文_編號", "étage", U&"e\0301tage") select 1 + n % 300, 1, 2 from generate_series(1, 300) n;

-- 63 bytes each.
create table a_name_of_sixty_three_bytes_is_the_longest_that_postgres_keeps1 (
    a_column_of_sixty_three_bytes_is_the_longest_that_postgres_kee1 int primary key,
    a_column_of_sixty_three_bytes_is_the_longest_that_postgres_kee2 text unique
);
create table a_name_of_sixty_three_bytes_is_the_longest_that_postgres_keeps2 (
    a_column_of_sixty_three_bytes_is_the_longest_that_postgres_kee1 serial primary key,
    a_column_of_sixty_three_bytes_is_the_longest_that_postgres_kee2 int,
    constraint a_constraint_of_sixty_three_bytes_is_the_longest_there_may_be_1
        foreign key (a_column_of_sixty_three_bytes_is_the_longest_that_postgres_kee2)
        references a_name_of_sixty_three_bytes_is_the_longest_that_postgres_keeps1
);
insert into a_name_of_sixty_three_bytes_is_the_longest_that_postgres_keeps1 select n, 'x' || n from generate_series(1, 200) n;
insert into a_name_of_sixty_three_bytes_is_the_longest_that_postgres_keeps2 (a_column_of_sixty_three_bytes_is_the_longest_that_postgres_kee2)
select 1 + n % 200 from generate_series(1, 300) n;
create table "ěščřžýáíéúůďťňóĚŠČŘŽÝÁÍÉÚŮĎŤx" ("ěščřžýáíéúůďťňóĚŠČŘŽÝÁÍÉÚŮĎŤx" int primary key);
insert into "ěščřžýáíéúůďťňóĚŠČŘŽÝÁÍÉÚŮĎŤx" select generate_series(1, 50);

-- ask: select count(*) from pg_class where octet_length(relname) = 63 and relkind = 'r' => 2
