-- With no children to bring along, a child table's rows are still wanted: as many as the fraction
-- says, and their parents with them.
-- fraction: 0.1
-- arguments: --children 0 --seed 3

create table authors (id int primary key, name text);
insert into authors select n, 'author ' || n from generate_series(1, 300) n;
create table books (id int primary key, author_id int not null references authors, title text);
insert into books select n, 1 + n % 300, 'book ' || n from generate_series(1, 900) n;
create table chapters (book_id int references books, number int, primary key (book_id, number));
insert into chapters select b, c from generate_series(1, 900) b, generate_series(1, 3) c;

-- ask: select count(*) >= 90 from books => t
-- ask: select count(*) >= 270 from chapters => t
