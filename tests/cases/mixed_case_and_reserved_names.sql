-- Tables, columns, schemas, types and constraints whose names are mixed case or SQL keywords:
-- everything that is not quoted fails, or quietly means something else.

create schema "Order";
create type "Select" as enum ('From', 'where');

create table "user" (
    "id" int primary key,
    "order" int not null default 1,
    "Group" text,
    "select" "Select",
    "ctid_" text,
    "table" text generated always as ("Group" || 'x') stored
);
insert into "user" ("id", "order", "Group", "select") select n, n % 5, 'Group ' || n % 9, (array ['From', 'where']::"Select"[])[1 + n % 2] from generate_series(1, 300) n;

create table "Order"."User" (
    "Id" serial primary key,
    "user" int not null references public."user" ("id"),
    "from" timestamptz,
    "Where" "Select"[]
);
insert into "Order"."User" ("user", "Where") select 1 + n % 300, array ['where']::"Select"[] from generate_series(1, 400) n;

create table "Order"."user" ("ID" int, "Id" int, id int, primary key ("ID", "Id"), constraint "Check" foreign key (id) references "Order"."User");
insert into "Order"."user" select n, -n, 1 + n % 400 from generate_series(1, 300) n;

create table "all" ("null" int primary key, "default" text default 'default', "analyze" int unique references "all", "user" name default current_user, "current_user" text);
insert into "all" ("null", "analyze", "current_user") select n, nullif(n - 1, 0), 'me' from generate_series(1, 100) n;

create view "View" as select "u"."id" as "ID", count(*) as "Count" from "user" u join "Order"."User" on "user" = u."id" group by 1;
create index "Index" on "user" (lower("Group"));

-- ask: select nextval('"Order"."User_Id_seq"') > max("Id") from "Order"."User" => t
