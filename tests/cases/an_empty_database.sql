-- Nothing but a schema without tables: there is nothing to copy, which is no error, and the record
-- of the load is still made.

create schema later;
create function answer() returns int language sql immutable as 'select 42';

-- ask: select answer() => 42
