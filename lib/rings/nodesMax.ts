/** The most nodes of a ring that is computed. */
export const NODES_MAX = 1_000
