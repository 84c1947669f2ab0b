insert into people (email, given_name, family_name)
    select 'person' || i || '@shop.example', 'Given ' || i, 'Family ' || i
    from generate_series(1, 400) i;
insert into addresses (person_id, street, postcode, city, country_code)
    select id, 'Street ' || id, '1000', 'Vienna', 'AT' from people;
update people set default_address_id = addresses.id
    from addresses where addresses.person_id = people.id;
