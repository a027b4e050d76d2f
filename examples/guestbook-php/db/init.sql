-- Run at every start, before the server listens: each statement leaves alone what is already there.
-- @OWNER@ and the other names between @ signs are filled in by `start`.
create database if not exists @DB_NAME@ character set utf8mb4;
create user if not exists '@DB_USER@'@'%' identified by '@DB_PASSWORD@';
grant all on @DB_NAME@.* to '@DB_USER@'@'%';
use @DB_NAME@;
create table if not exists entries (
  id int auto_increment primary key,
  author varchar(100) not null,
  message varchar(500) not null,
  own boolean not null default false,
  written datetime not null default current_timestamp
);
insert into entries (author, message, own)
  select '@OWNER@', 'The first row of this database. No other stack has it.', true
  where not exists (select * from entries where own);
