import { describe, expect, it } from 'vitest'
import { ANSWER_MAX_BYTES } from '../../../model/limits.ts'
import { Replies, ReplyError } from './replies.ts'

/** A decoder whose replies are kept. */
function decoder(where = 'a', bytes = false) {
  const replies: unknown[] = []
  const one = new Replies(where, { wantsBytes: () => bytes, onReply: (reply) => void replies.push(reply) })
  return Object.assign(one, { replies })
}

/** Feeds a text in pieces of that size, all from one piece of memory. */
function feed(one: Replies, text: string | Buffer, step: number) {
  const bytes = Buffer.from(text)
  const chunk = Buffer.alloc(step)
  for (let at = 0; at < bytes.length; at += step) one.take(chunk.subarray(0, bytes.copy(chunk, 0, at, at + step)))
}

const MIB = 'x'.repeat(1024 * 1024)

describe('the decoder of RESP', () => {
  it.each([1, 2, 3, 7, 1_000])('reads every reply, cut into pieces of %i bytes', (step) => {
    const one = decoder()
    const replies = [
      '+OK\r\n',
      '-ERR unknown command\r\n',
      ':12\r\n',
      '$5\r\nhello\r\n',
      '$0\r\n\r\n',
      '$-1\r\n',
      '*-1\r\n',
      '*0\r\n',
      '*2\r\n*2\r\n$1\r\na\r\n:1\r\n*1\r\n*0\r\n',
      // What looks like a header within a string is none.
      '$15\r\n$1000000000\r\n12\r\n',
    ]
    feed(one, replies.join('').repeat(20), step)
    const read = ['OK', new ReplyError('ERR unknown command'), 12, 'hello', '', null, null, [], [['a', 1], [[]]], '$1000000000\r\n12']
    expect(one.replies).toEqual(Array.from({ length: 20 }, () => read).flat())
    // Each was taken for whole: the next header is read as one.
    expect(() => feed(one, '$1000000000\r\n', step)).toThrow('954 MiB')
  })

  it('refuses a string by its header, before its bytes come', () => {
    expect(() => decoder('a:1').take(Buffer.from('$1000000000\r\n'))).toThrow('a:1 sent an answer of 954 MiB; at most 8 MiB are read')
    expect(() => feed(decoder(), '*1\r\n$1000000000\r\n', 1)).toThrow('954 MiB')
  })

  it('refuses a list by its header, and lists in lists without end', () => {
    expect(() => decoder().take(Buffer.from('*1000000000\r\n'))).toThrow('more than 8 MiB')
    expect(() => decoder().take(Buffer.from('*1\r\n'.repeat(100)))).toThrow('more than 8 MiB')
    expect(() => feed(decoder(), `${'*1000\r\n'.repeat(3)}*262144\r\n`, 5)).toThrow('more than 8 MiB')
  })

  it('counts the bytes of one reply, however it is made, and of each anew', () => {
    const one = decoder()
    for (let i = 0; i < 20; i++) {
      one.take(Buffer.from(`$${MIB.length}\r\n${MIB}\r\n`))
      one.idle()
    }
    const many = `*20\r\n${`$${MIB.length}\r\n${MIB}\r\n`.repeat(20)}`
    expect(() => feed(one, many, 65_536)).toThrow('more than 8 MiB')
    // An error line that never ends.
    expect(() => feed(decoder(), `-${'x'.repeat(ANSWER_MAX_BYTES + 1)}`, 65_536)).toThrow('more than 8 MiB')
  })

  it('bounds what many commands of one write answer together', () => {
    const one = decoder()
    expect(() => {
      for (let i = 0; i < 40; i++) one.take(Buffer.from(`$${MIB.length}\r\n${MIB}\r\n`))
    }).toThrow('at most 8 MiB')
  })

  it('makes bytes of strings where they are wanted, which nothing overwrites', () => {
    const one = decoder('a', true)
    feed(one, Buffer.from('*2\r\n$2\r\n\xff\r\r\n$1\r\n7\r\n+OK\r\n', 'latin1'), 4)
    expect(one.replies).toEqual([[Buffer.from('\xff\r', 'latin1'), Buffer.from('7')], Buffer.from('OK')])
  })

  it('reads text of several bytes a character, and numbers below zero', () => {
    const one = decoder()
    feed(one, '$6\r\nKäse\n\r\n:-2\r\n-ERR nö\r\n', 3)
    expect(one.replies).toEqual(['Käse\n', -2, new ReplyError('ERR nö')])
  })

  it.each(['HTTP/1.1 400 Bad Request\r\n', '\r\n', ':\r\n', ':1x\r\n', '$-\r\n', '$5x\r\n', '*x\r\n', ':999999999999999999999\r\n'])(
    'refuses %j, which is no RESP',
    (text) => {
      expect(() => decoder().take(Buffer.from(text))).toThrow('Protocol error')
    },
  )

  it('whatever comes, it is read, refused or waited for', () => {
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed % below
    }
    const signs = Buffer.from('\r\n\r\n$*+-:0123456789ab')
    for (let i = 0; i < 3_000; i++) {
      const bytes = Buffer.from(Array.from({ length: 40 }, () => signs[random(signs.length)]!))
      try {
        feed(decoder(), bytes, 1 + random(20))
      } catch (error) {
        expect(String(error)).toMatch(/Protocol error|at most 8 MiB/)
      }
    }
  })
})
