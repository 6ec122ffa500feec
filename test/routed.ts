import { connect } from 'node:net'

/** Keys to route: short and long, ASCII and not, with and without hash tags; the same for the same `seed`. No comma, no space at the ends. */
export function routedKeys(count: number, seed = 1): string[] {
  let state = seed
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const alphabets = ['abcdefghijklmnopqrstuvwxyz0123456789:_-', 'ABCXYZ/.:!$%&()*+;=?@[]^`|~', 'éüßñøžабвгдежз', '商品缓存键名', '😀🚀🎯']
  const word = (length: number) => {
    const letters = [...alphabets[random(3) === 0 ? random(alphabets.length) : 0]!]
    return Array.from({ length }, () => letters[random(letters.length)]).join('')
  }
  return Array.from({ length: count }, (_, i) => {
    const key = `${word(1 + random(24))}${i}`
    const kind = random(10)
    return kind === 0 ? `{${word(4)}}${key}` : kind === 1 ? `${key}{${word(6)}}x{${word(2)}}` : kind === 2 ? `$${word(5)}$${key}{}` : key
  })
}

const PIPELINE = 100

/**
 * Sends HTTP requests one after another on one keep-alive connection and returns the value of answer header `header` of each. `from` is the
 * client's own address, for balancing by source.
 */
export function routedOverHttp(port: number, requests: readonly string[], header: string, from?: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    const found: string[] = []
    const named = new RegExp(`^${header}: (.*)$`, 'im')
    let sent = 0
    let text = ''
    const send = () => {
      const batch = requests.slice(sent, sent + PIPELINE)
      sent += batch.length
      socket.write(batch.join(''))
    }
    socket.on('connect', send)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const head = text.slice(0, end)
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
        if (text.length < end + 4 + length) break
        found.push(named.exec(head.replaceAll('\r', ''))?.[1] ?? '')
        text = text.slice(end + 4 + length)
      }
      if (found.length === requests.length) {
        socket.destroy()
        resolve(found)
      } else if (found.length === sent) send()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed after ${found.length} of ${requests.length}: ${text.slice(0, 300)}`)))
  })
}

/** How many differ, with the first that does, so that a failure can be looked into. */
export function disagreement(keys: readonly string[], seen: readonly (string | null)[], computed: (key: string) => string | null): string {
  const wrong = keys.flatMap((key, i) =>
    seen[i] === computed(key) ? [] : [`${JSON.stringify(key)} went to ${seen[i]}, computed ${computed(key)}`],
  )
  return wrong.length === 0 && seen.length === keys.length ? `all ${keys.length} agree` : `${wrong.length} of ${keys.length}: ${wrong[0]}`
}
