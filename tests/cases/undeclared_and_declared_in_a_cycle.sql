-- A user's team is declared, a team's owner is not, and neither is a user's boss: cycles of both kinds
-- end, and hold.
-- config: [[foreign_keys]]
-- config: table = "teams"
-- config: columns = ["owner"]
-- config: references = "users(id)"
-- config: [[foreign_keys]]
-- config: table = "users"
-- config: columns = ["boss"]
-- config: references = "users(login)"
-- config: [[foreign_keys]]
-- config: table = "users"
-- config: columns = ["team_id"]
-- config: children = 5
-- fraction: 0.05
-- says: teams.owner -> users: 1 value resolves to nothing

create table teams (id int primary key, owner text not null);
create table users (id int primary key, login text not null unique, team_id int not null references teams, boss text);
insert into teams select n, 1 + n * 37 % 1000 from generate_series(1, 100) n;
insert into users select n, 'login' || n, 1 + n % 100, nullif('login' || n / 3, 'login0') from generate_series(1, 1000) n;
update teams set owner = 'nobody';
update teams set owner = '1' where id = 1 + 5 % 100;
update teams set owner = id * 7 where id > 50;

-- ask: select count(*) from users u where boss is not null and boss not in (select login from users) => 0
