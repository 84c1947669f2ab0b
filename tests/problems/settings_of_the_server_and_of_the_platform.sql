-- setting: work_mem
do $$ begin execute format('alter database %I set work_mem = ''8MB''', current_database());
  execute format('alter database %I set log_min_duration_statement = ''5s''', current_database());
  execute format('alter database %I set statement_timeout = ''70s''', current_database());
  execute format('alter database %I set default_transaction_read_only = off', current_database()); end $$;
