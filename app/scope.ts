/** The filter that a page's address asks for, as far as the API takes it. */
export async function scopeOf(searchParams: Promise<Record<string, string | string[] | undefined>>): Promise<string> {
  const { scope } = await searchParams
  return typeof scope === 'string' && scope.length <= 200 && !/\p{Cc}/u.test(scope) ? scope : ''
}
