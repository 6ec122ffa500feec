/** One GET; what came back, without the address. Redirects are not followed: nobody who was not named learns of the beat. */
export async function ping(url: string, signal: AbortSignal): Promise<{ ok: boolean; answer: string }> {
  try {
    const response = await fetch(url, { headers: { 'user-agent': 'Evenkeel' }, redirect: 'manual', signal })
    await response.body?.cancel()
    const redirected = response.status >= 300 && response.status < 400
    return { ok: response.ok, answer: `HTTP ${response.status}${redirected ? ': redirects are not followed' : ''}` }
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return { ok: false, answer: 'no answer in time' }
    // fetch hides why in `cause`; its message may hold the address, its code never does.
    const code = (error as { cause?: { code?: unknown } }).cause?.code
    return { ok: false, answer: typeof code === 'string' && /^\w+$/.test(code) ? `no answer (${code})` : 'no answer' }
  }
}
