-- The join table's primary key is made of its two foreign keys; a second one has no key at all and
-- holds repeats. Rows must join rows that are there on both sides.

create table students (id int generated always as identity primary key, name text);
create table courses (id int generated always as identity primary key, title text);
create table enrolments (
    student_id int not null references students on delete cascade,
    course_id int not null references courses on delete cascade,
    grade numeric(3, 1),
    primary key (student_id, course_id)
);
create table visits (
    student_id int references students,
    course_id int not null references courses
);
create table certificates (
    id int primary key,
    student_id int not null,
    course_id int not null,
    foreign key (student_id, course_id) references enrolments
);

insert into students (name) select 'student ' || n from generate_series(1, 300) n;
insert into courses (title) select 'course ' || n from generate_series(1, 60) n;
insert into enrolments select s, c, (s + c) % 50 / 10.0 from generate_series(1, 300) s, generate_series(1, 60) c where (s * 7 + c * 11) % 13 = 0;
insert into visits select student_id, course_id from enrolments, generate_series(1, 3) n where (student_id + n) % 4 > 0;
insert into certificates select row_number() over (order by student_id, course_id), student_id, course_id from enrolments where grade > 3;

-- ask: select count(*) from certificates c left join enrolments e using (student_id, course_id) where e is null => 0
