/** A row of a tree kept as parent ids. */
export interface TreeRow {
  id: number;
  code: string;
  parentId: number | null;
}

export interface Tree<T extends TreeRow> {
  roots: T[];
  byId: Map<number, T>;
  byCode: Map<string, T>;
  childrenOf: (id: number) => T[];
  /** from the root down to the node itself; empty when unknown */
  pathOf: (id: number) => T[];
}

/** Joins rows to a tree; siblings keep the order of the rows. */
export function treeOf<T extends TreeRow>(rows: readonly T[]): Tree<T> {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const children = new Map<number | null, T[]>();
  for (const row of rows) {
    const siblings = children.get(row.parentId);
    if (siblings) siblings.push(row);
    else children.set(row.parentId, [row]);
  }
  return {
    roots: children.get(null) ?? [],
    byId,
    byCode: new Map(rows.map((row) => [row.code, row])),
    childrenOf: (id) => children.get(id) ?? [],
    pathOf: (id) => {
      const path: T[] = [];
      for (
        let node = byId.get(id);
        node && !path.includes(node);
        node = node.parentId === null ? undefined : byId.get(node.parentId)
      ) {
        path.unshift(node);
      }
      return path;
    },
  };
}

/** The node's id and those of all below it. */
export function idsBelow<T extends TreeRow>(tree: Tree<T>, id: number): number[] {
  return [id, ...tree.childrenOf(id).flatMap((child) => idsBelow(tree, child.id))];
}
