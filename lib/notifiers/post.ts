/** Posts and says whether it arrived and whether trying again can help. Redirects are not followed: the body may hold what only the receiver should see. */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ delivered: boolean; retry: boolean; answer: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'user-agent': 'Evenkeel', ...headers },
      redirect: 'manual',
      signal,
    })
    await response.body?.cancel()
    const delivered = response.ok
    // 408 and 429 ask for patience; other refusals stay refusals.
    const retry = !delivered && (response.status >= 500 || response.status === 408 || response.status === 429)
    return { delivered, retry, answer: `HTTP ${response.status}` }
  } catch (error) {
    return { delivered: false, retry: true, answer: reason(error) }
  }
}

/** fetch hides why in `cause`; its message may hold the URL, its code never does. */
function reason(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time'
  const code = ((error as { cause?: { code?: unknown } }).cause?.code ?? (error as { code?: unknown }).code) as unknown
  return typeof code === 'string' && /^\w+$/.test(code) ? `no answer (${code})` : 'no answer'
}
