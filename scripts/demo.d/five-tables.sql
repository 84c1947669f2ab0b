-- What sells best where: people, addresses, orders, order_items, products, and the top of the
-- category tree above each product.
with recursive top (id, root) as (
    select id, name from categories where parent_id is null
    union all
    select c.id, top.root from categories c join top on c.parent_id = top.id
)
select a.city, top.root as category, count(distinct o.id) as orders, sum(i.quantity) as pieces,
       sum(i.amount) as revenue, max(p.full_name) as somebody
from people p
join orders o on o.person_id = p.id
join addresses a on a.id = o.shipping_address_id
join order_items i on i.order_id = o.id
join products pr on pr.id = i.product_id
join top on top.id = pr.main_category_id
group by a.city, top.root
order by revenue desc
limit 5;
