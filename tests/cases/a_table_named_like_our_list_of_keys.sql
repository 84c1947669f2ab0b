-- In questions to the source a table goes by its own name, so that conditions may name it. The list
-- of keys beside it must then go by another.

create table review_data_k (id int primary key, parent_a int, parent_b int, unique (parent_a, id));
create table review_data_r (id int, part int, above int, primary key (id, part));
create table children (
    id int primary key, k_a int not null, k_id int not null, r_id int not null, r_part int not null,
    foreign key (k_a, k_id) references review_data_k (parent_a, id),
    foreign key (r_id, r_part) references review_data_r (id, part)
);
insert into review_data_k select n, n % 7, greatest(n - 1, 1) from generate_series(1, 300) n;
insert into review_data_r select n, n % 3, n - 1 from generate_series(1, 300) n;
insert into children
    select n, k.parent_a, k.id, r.id, r.part from generate_series(1, 900) n
    join review_data_k k on k.id = 1 + n % 300 join review_data_r r on r.id = 1 + n * 7 % 300;
alter table review_data_k add foreign key (parent_a, parent_b) references review_data_k (parent_a, id)
    not valid;
update review_data_k set parent_b = id where id <= 7;
update review_data_k set parent_b = id - 7 where id > 7;
