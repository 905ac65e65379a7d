-- The owner of the database never logs in; two logins, its members, take turns when the password is rotated. So the
-- release that serves keeps its login while the next one starts with the other.
SET log_min_error_statement = panic;
SET log_min_duration_statement = -1;
SET client_min_messages = warning;

-- The data directory was made with another one where it is older than the stack's state.
ALTER ROLE CURRENT_USER WITH PASSWORD :'superuser_password';

SELECT format('CREATE ROLE %I NOLOGIN', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec

SELECT format('CREATE ROLE %I', :'login')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'login') \gexec

ALTER ROLE :"login" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password' VALID UNTIL 'infinity';
GRANT :"owner" TO :"login";
-- What the login creates belongs to the owner.
ALTER ROLE :"login" SET role TO :"owner";

SELECT format('ALTER ROLE %I VALID UNTIL %L', :'previous', now() + make_interval(secs => :seconds))
FROM pg_roles
WHERE rolname = :'previous' AND (rolvaliduntil IS NULL OR rolvaliduntil = 'infinity') \gexec

-- Backups read everything, whoever owns it and whatever a row's policy says, and mean to change nothing.
SELECT format('CREATE ROLE %I', :'backup')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'backup') \gexec

ALTER ROLE :"backup" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS PASSWORD :'backup_password';
GRANT :"owner" TO :"backup";
GRANT pg_read_all_data TO :"backup";
ALTER ROLE :"backup" SET default_transaction_read_only TO on;

SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'owner')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

-- Dumps tell by it whose data they hold (host/backup/import.sh).
SELECT format('COMMENT ON DATABASE %I IS %L', :'database', 'Data of stack ' || :'stack') \gexec

REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
ALTER DATABASE :"database" OWNER TO :"owner";
\connect :"database"
ALTER SCHEMA public OWNER TO :"owner";
