/** Where series are sent, as the configuration names it. */
export type ReceiverConfig = { write: string; bearer?: string }

/** The receiver's address and headers: `fetch` refuses user info in an address, so it becomes a header. */
export function receiverOf({ write, bearer }: ReceiverConfig): { url: string; headers: Record<string, string> } {
  const url = new URL(write)
  const basic = url.username === '' && url.password === '' ? null : `${decoded(url.username)}:${decoded(url.password)}`
  url.username = ''
  url.password = ''
  const authorization = bearer ? `Bearer ${bearer}` : basic && `Basic ${Buffer.from(basic).toString('base64')}`
  return { url: url.href, headers: authorization ? { authorization } : {} }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
