-- refuses a part: copy these tables whole
create table {p}_units (name text primary key, factor int); insert into {p}_units select 'u' || n, n from generate_series(1, 20) n;
create function {p}_factor(u text) returns int language plpgsql immutable as $$ begin return (select factor from {p}_units where name = u); end $$;
create table {p}_amounts (id int primary key, unit text, factor int not null generated always as ({p}_factor(unit)) stored);
insert into {p}_amounts (id, unit) select n, 'u' || 1 + n % 20 from generate_series(1, 100) n;
