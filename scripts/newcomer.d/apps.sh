# The five apps: fixtures of the tests. Rails comes from Debian's packages, Django from PyPI. Prisma's
# engine and Ecto are in no registry of packages that this script may use: they have stand-ins.
# Source it after say.sh.

language_of() {
    case $1 in
        rails) echo ruby ;;
        prisma) echo nodejs ;;
        ecto) echo elixir ;;
        *) echo python ;;
    esac
}

# What migrates, for the report.
tool_of() {
    case $1 in
        rails) echo "Rails $(ruby -e 'require "rails"; print Rails.version')" ;;
        prisma) echo "a stand-in for npx prisma" ;;
        ecto) echo "a stand-in for mix" ;;
        django) echo "Django's own manage.py" ;;
        plain-sql) echo "the app's own bin/migrate" ;;
    esac
}

# The table whose rows are counted.
people_of() {
    case $1 in
        django) echo shop_customer ;;
        *) echo customers ;;
    esac
}

# What `rails new` writes, as far as migrations need it.
make_rails_app() {
    local directory=$1
    mkdir -p "$directory/bin" "$directory/config" "$directory/db/migrate"
    cat >"$directory/config/application.rb" <<'RUBY'
require "rails"
require "active_record/railtie"

module Shop
  class Application < Rails::Application
    config.load_defaults 6.1
    config.eager_load = false
    config.active_record.dump_schema_after_migration = false
    config.secret_key_base = "not a secret"
  end
end
RUBY
    cat >"$directory/config/environment.rb" <<'RUBY'
require_relative "application"
Rails.application.initialize!
RUBY
    cat >"$directory/Rakefile" <<'RUBY'
require_relative "config/application"
Rails.application.load_tasks
RUBY
    cat >"$directory/bin/rails" <<'RUBY'
#!/usr/bin/env ruby
APP_PATH = File.expand_path("../config/application", __dir__)
require "rails/commands"
RUBY
    chmod +x "$directory/bin/rails"
    cat >"$directory/db/migrate/20240101000000_create_customers.rb" <<'RUBY'
class CreateCustomers < ActiveRecord::Migration[6.1]
  def change
    create_table(:customers) { |t| t.text :name, null: false }
    create_table(:orders) { |t| t.references :customer, null: false, foreign_key: true }
  end
end
RUBY
}

# make_app APP DIRECTORY: the fixture without our own files, which come from README.
make_app() {
    local app=$1 directory=$2 tools=$work/tools
    mkdir -p "$(dirname "$directory")" "$tools"
    cp -R "$root/tests/fixtures/apps/$app" "$directory"
    rm -f "$directory/app.json" "$directory/review-data.toml"
    local first='create table customers (id bigint primary key, name text not null);
        create table orders (id bigint primary key, customer_id bigint not null references customers);'
    case $app in
        rails)
            make_rails_app "$directory"
            ;;
        prisma)
            echo "$first" >"$directory/prisma/migrations/20240101000000_products/migration.sql"
            printf '#!/bin/sh\n# a stand-in for Prisma\nexec %s _prisma_migrations prisma/migrations\n' \
                "'$parts/migrate-files'" >"$tools/npx"
            chmod +x "$tools/npx"
            ;;
        ecto)
            mkdir -p "$directory/priv/repo/migrations"
            echo "$first" >"$directory/priv/repo/migrations/20240101000000_customers.sql"
            printf '#!/bin/sh\n# a stand-in for Ecto\nexec %s schema_migrations priv/repo/migrations\n' \
                "'$parts/migrate-files'" >"$tools/mix"
            chmod +x "$tools/mix"
            ;;
    esac
}

# add_migration APP DIRECTORY: the pull request adds a column.
add_migration() {
    local directory=$2 statement='alter table customers add nickname text;'
    case $1 in
        rails)
            cat >"$directory/db/migrate/20240202000000_add_nickname.rb" <<'RUBY'
class AddNickname < ActiveRecord::Migration[6.1]
  def change
    add_column :customers, :nickname, :text
  end
end
RUBY
            ;;
        ecto) echo "$statement" >"$directory/priv/repo/migrations/20240202000000_nickname.sql" ;;
        prisma)
            mkdir "$directory/prisma/migrations/20240202000000_nickname"
            echo "$statement" >"$directory/prisma/migrations/20240202000000_nickname/migration.sql"
            ;;
        plain-sql)
            printf -- '-- migrate:up\n%s\n-- migrate:down\n' "$statement" \
                >"$directory/db/migrations/20240202000000_nickname.sql"
            ;;
        django)
            cat >"$directory/shop/migrations/0002_nickname.py" <<'PYTHON'
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.AddField("Customer", "nickname", models.TextField(null=True))]
PYTHON
            ;;
    esac
}

# Production's rows.
rows_of() {
    case $1 in
        django)
            echo "insert into shop_customer (id, name)
                    select i, 'customer ' || i from generate_series(1, 400) i;
                  insert into shop_order (customer_id, placed)
                    select 1 + i % 400, now() from generate_series(1, 2000) i"
            ;;
        *)
            echo "insert into customers select i, 'customer ' || i from generate_series(1, 400) i;
                  insert into orders select i, 1 + i % 400 from generate_series(1, 2000) i"
            ;;
    esac
}
