/** The filter that a page's address asks for, as far as the API takes it. */
export async function scopeOf(searchParams: Promise<Record<string, string | string[] | undefined>>): Promise<string> {
  const { scope } = await searchParams
  return typeof scope === 'string' && scope.length <= 200 && !/\p{Cc}/u.test(scope) ? scope : ''
}

/** The column that a page's address asks to sort by, as far as the list has it; with `-` before it descending. */
export async function sortOf<C extends string>(
  searchParams: Promise<Record<string, string | string[] | undefined>>,
  columns: readonly C[],
): Promise<C | `-${C}` | ''> {
  const { sort } = await searchParams
  const by = typeof sort === 'string' ? sort.replace(/^-/, '') : ''
  return columns.some((column) => column === by) ? (sort as C | `-${C}`) : ''
}
