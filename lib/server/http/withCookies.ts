/** An answer that sets cookies; without a body it is 204. */
export function withCookies(body: unknown, cookies: readonly string[], more: Record<string, string> = {}): Response {
  const headers = new Headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...more })
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  if (body === null) return new Response(null, { status: 204, headers })
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(body), { headers })
}
