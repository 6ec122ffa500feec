import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'

type Zone = { ttl: number; a?: string[]; aaaa?: string[] }
const [A, AAAA] = [1, 28]
const [NO_ERROR, SERVFAIL, NXDOMAIN] = [0, 2, 3]

/** A name server of this test over UDP (RFC 1035): A and AAAA records of the names it has, NXDOMAIN for others. */
export async function startNameServer(names: Record<string, Zone>) {
  const socket = createSocket('udp4')
  const server = {
    address: '',
    names,
    questions: 0,
    /** `silent`: never answers. `fails`: SERVFAIL. `noise`: bytes that are no answer. */
    behaves: 'answers' as 'answers' | 'silent' | 'fails' | 'noise',
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => socket.close(() => resolve()))
    },
  }
  socket.on('message', (question, { address, port }) => {
    server.questions++
    if (server.behaves === 'silent') return
    const answer =
      server.behaves === 'noise' ? Buffer.from('no answer') : answerTo(question, server.behaves === 'fails' ? null : server.names)
    socket.send(answer, port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  server.address = `127.0.0.1:${(socket.address() as AddressInfo).port}`
  return server
}

function answerTo(question: Buffer, names: Record<string, Zone> | null): Buffer {
  let at = 12
  const labels: string[] = []
  while (question[at]! > 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + question[at]!))
    at += 1 + question[at]!
  }
  const end = at + 5
  const type = question.readUInt16BE(at + 1)
  const zone = names?.[labels.join('.').toLowerCase()]
  const records = type === A ? (zone?.a ?? []).map(v4) : type === AAAA ? (zone?.aaaa ?? []).map(v6) : []
  const head = Buffer.alloc(12)
  question.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | (names === null ? SERVFAIL : zone ? NO_ERROR : NXDOMAIN), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  return Buffer.concat([head, question.subarray(12, end), ...records.map((data) => record(type, zone!.ttl, data))])
}

/** Its name is a pointer to the question's. */
function record(type: number, ttl: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(ttl, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

const v4 = (text: string) => Buffer.from(text.split('.').map(Number))

function v6(text: string): Buffer {
  const [left = '', right = ''] = text.split('::')
  const words = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)))
  const [a, b] = [words(left), words(right)]
  const all = [...a, ...Array.from({ length: 8 - a.length - b.length }, () => 0), ...b]
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]))
}
