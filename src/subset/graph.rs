//! The foreign-key graph: in which order tables are selected, and which foreign key drives each.

use crate::catalog::{Catalog, ForeignKey, ForeignKeyId, Id, TableId};

/// The order of selection: referenced tables first. Within a cycle the nullable foreign keys are
/// dropped first, then what is left of the cycle is cut at its first table by name.
pub struct SelectionOrder {
    tables: Vec<TableId>,
    position: Vec<usize>,
    /// The longest line of referenced tables above each table.
    depths: Vec<usize>,
}

impl SelectionOrder {
    #[must_use]
    pub fn new(catalog: &Catalog) -> Self {
        let tables = ordered(catalog);
        let mut position = vec![0; tables.len()];
        for (place, table) in tables.iter().enumerate() {
            position[*table] = place;
        }
        let mut parents = vec![Vec::new(); tables.len()];
        for key in &catalog.foreign_keys {
            if position[key.referenced] < position[key.table] {
                parents[key.table].push(key.referenced);
            }
        }
        let mut depths = vec![0; tables.len()];
        for table in &tables {
            depths[*table] =
                parents[*table].iter().map(|parent| depths[*parent] + 1).max().unwrap_or(0);
        }
        SelectionOrder { tables, position, depths }
    }

    #[must_use]
    pub fn tables(&self) -> &[TableId] {
        &self.tables
    }

    /// How many tables are selected before this one.
    #[must_use]
    pub fn position(&self, table: TableId) -> usize {
        self.position[table]
    }

    /// The foreign keys of a table that may drive its selection, best first: those to tables that
    /// are selected before it. NOT NULL before nullable, ON DELETE CASCADE before others, then the
    /// parent that is itself furthest from a root, so that rows follow the longest line of descent.
    #[must_use]
    pub fn driving_foreign_keys(&self, catalog: &Catalog, table: TableId) -> Vec<ForeignKeyId> {
        let mut keys: Vec<ForeignKeyId> = catalog
            .foreign_keys
            .ids()
            .filter(|key| {
                let key = &catalog.foreign_keys[*key];
                key.table == table
                    && key.downward.followed
                    && self.position[key.referenced] < self.position[table]
            })
            .collect();
        keys.sort_by_key(|id| {
            let key = &catalog.foreign_keys[*id];
            (
                nullable(catalog, key),
                !key.on_delete_cascade,
                std::cmp::Reverse(self.depths[key.referenced]),
                *id,
            )
        });
        keys
    }
}

fn ordered(catalog: &Catalog) -> Vec<TableId> {
    let tables: Vec<TableId> = catalog.tables.ids().collect();
    let edges: Vec<Edge> = catalog
        .foreign_keys
        .iter()
        .filter(|key| !key.is_self_reference())
        .map(|key| Edge {
            child: key.table,
            parent: key.referenced,
            nullable: nullable(catalog, key),
        })
        .collect();
    let mut order = Vec::with_capacity(tables.len());
    order_components(&tables, &edges, &mut order);
    order
}

/// Whether a row can do without this foreign key: one of its columns may be NULL, or it is about
/// some rows only.
#[must_use]
pub fn nullable(catalog: &Catalog, key: &ForeignKey) -> bool {
    key.is_partial()
        || key.columns.iter().any(|column| !catalog.tables[key.table].columns[*column].not_null)
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    child: TableId,
    parent: TableId,
    nullable: bool,
}

fn order_components(tables: &[TableId], edges: &[Edge], order: &mut Vec<TableId>) {
    for component in strongly_connected_components(tables, edges) {
        if let [table] = component[..] {
            order.push(table);
            continue;
        }
        let inside: Vec<Edge> = edges
            .iter()
            .filter(|edge| component.contains(&edge.child) && component.contains(&edge.parent))
            .copied()
            .collect();
        let required: Vec<Edge> = inside.iter().filter(|edge| !edge.nullable).copied().collect();
        if required.len() < inside.len() {
            order_components(&component, &required, order);
        } else {
            // a cycle of NOT NULL foreign keys: begin with its first table, and forget what that
            // table points at
            let Some(first) = component.iter().min().copied() else { continue };
            let rest: Vec<Edge> =
                required.iter().filter(|edge| edge.child != first).copied().collect();
            order_components(&component, &rest, order);
        }
    }
}

/// Tarjan's algorithm, without recursion (a schema may be a chain of thousands of tables).
/// Components come parents first, and each is sorted.
fn strongly_connected_components(tables: &[TableId], edges: &[Edge]) -> Vec<Vec<TableId>> {
    let most = tables.iter().max().map_or(0, |table| table.position() + 1);
    let mut parents = vec![Vec::new(); most];
    for edge in edges {
        parents[edge.child].push(edge.parent);
    }
    let mut walk = Walk { index: vec![None; most], low: vec![0; most], ..Walk::default() };
    walk.on_stack = vec![false; most];
    for table in tables {
        if walk.index[*table].is_none() {
            walk.from(*table, &parents);
        }
    }
    walk.components
}

#[derive(Default)]
struct Walk {
    index: Vec<Option<usize>>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<TableId>,
    next: usize,
    components: Vec<Vec<TableId>>,
}

impl Walk {
    fn from(&mut self, start: TableId, parents: &[Vec<TableId>]) {
        let mut calls = vec![(start, 0)];
        self.enter(start);
        while let Some((table, position)) = calls.pop() {
            if let Some(parent) = parents[table].get(position).copied() {
                calls.push((table, position + 1));
                match self.index[parent] {
                    None => {
                        self.enter(parent);
                        calls.push((parent, 0));
                    }
                    Some(index) if self.on_stack[parent] => {
                        self.low[table] = self.low[table].min(index);
                    }
                    Some(_) => {}
                }
                continue;
            }
            if let Some((caller, _)) = calls.last() {
                self.low[*caller] = self.low[*caller].min(self.low[table]);
            }
            if self.index[table] == Some(self.low[table]) {
                self.close(table);
            }
        }
    }

    fn enter(&mut self, table: TableId) {
        self.index[table] = Some(self.next);
        self.low[table] = self.next;
        self.next += 1;
        self.stack.push(table);
        self.on_stack[table] = true;
    }

    fn close(&mut self, root: TableId) {
        let mut component = Vec::new();
        while let Some(table) = self.stack.pop() {
            self.on_stack[table] = false;
            component.push(table);
            if table == root {
                break;
            }
        }
        component.sort_unstable();
        self.components.push(component);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(tables: usize, edges: &[(usize, usize, bool)]) -> Vec<usize> {
        let edges: Vec<Edge> = edges
            .iter()
            .map(|(child, parent, nullable)| Edge {
                child: TableId::at(*child),
                parent: TableId::at(*parent),
                nullable: *nullable,
            })
            .collect();
        let mut order = Vec::new();
        let tables: Vec<TableId> = (0..tables).map(TableId::at).collect();
        order_components(&tables, &edges, &mut order);
        order.into_iter().map(TableId::position).collect()
    }

    fn before(order: &[usize], first: usize, second: usize) -> bool {
        let place = |table| order.iter().position(|t| *t == table).unwrap();
        place(first) < place(second)
    }

    #[test]
    fn referenced_tables_come_first() {
        let order = order(4, &[(0, 1, false), (1, 2, false), (3, 2, true)]);
        assert_eq!(order.len(), 4);
        assert!(before(&order, 2, 1) && before(&order, 1, 0) && before(&order, 2, 3));
    }

    #[test]
    fn in_a_cycle_the_nullable_edge_gives_way() {
        let order = order(2, &[(0, 1, true), (1, 0, false)]);
        assert_eq!(order, [0, 1]);
    }

    #[test]
    fn a_cycle_of_required_edges_is_cut_somewhere() {
        let order = order(3, &[(0, 1, false), (1, 2, false), (2, 0, false)]);
        assert_eq!(order.len(), 3);
        assert_eq!(order[0], 0);
    }

    #[test]
    fn a_chain_of_many_tables_needs_no_deep_stack() {
        let edges: Vec<(usize, usize, bool)> = (0..20_000).map(|t| (t, t + 1, false)).collect();
        let order = order(20_001, &edges);
        assert_eq!(order.first(), Some(&20_000));
    }
}
