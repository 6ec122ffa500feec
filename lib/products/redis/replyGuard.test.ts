import { describe, expect, it } from 'vitest'
import { ANSWER_MAX_BYTES } from '../../model/limits.ts'
import { NotResp, ReplyGuard } from './replyGuard.ts'

/** Feeds a text in pieces of that size. */
function feed(guard: ReplyGuard, text: string | Buffer, step: number) {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += step) guard.take(bytes.subarray(at, at + step))
}

const MIB = 'x'.repeat(1024 * 1024)

describe('the guard of RESP replies', () => {
  it.each([1, 2, 3, 7, 1_000])('lets every honest reply pass, cut into pieces of %i bytes', (step) => {
    const guard = new ReplyGuard('a')
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
    expect(() => feed(guard, replies.join('').repeat(20), step)).not.toThrow()
    // Each was taken for whole: the next header is read as one.
    expect(() => feed(guard, '$1000000000\r\n', step)).toThrow('954 MiB')
  })

  it.each(['$%', '$', '$-5', '$-01', '$--1', '$1e1', '$ 3', '$+3', '*x', '*-2', '+a\rb', '%1', '_', '\n', '\0'])(
    'refuses %j, which is no reply, in any pieces',
    (line) => {
      for (const step of [1, 2, 100]) {
        const guard = new ReplyGuard('a')
        feed(guard, '*2\r\n:1\r\n', step)
        expect(() => feed(guard, `${line}\r\n`, step)).toThrow(NotResp)
      }
      expect(() => feed(new ReplyGuard('a'), '+no return\n', 1)).toThrow(NotResp)
    },
  )

  it('says how much of a chunk comes before what it refuses, and whether replies are whole', () => {
    const guard = new ReplyGuard('a')
    for (const [piece, whole] of [
      ['+a\r\n', true],
      ['*1\r', false],
      ['\n', false],
      ['$2\r\nab', false],
      ['\r', false],
      ['\n', true],
    ] as const) {
      guard.take(Buffer.from(piece))
      expect([guard.passed, guard.whole]).toEqual([piece.length, whole])
    }
    expect(() => guard.take(Buffer.from('+a\r\n*2\r\n+b\r\n$%\r\nabc'))).toThrow(NotResp)
    expect(guard.passed).toBe(12)
  })

  it('refuses a string by its header, before its bytes come', () => {
    expect(() => new ReplyGuard('a:1').take(Buffer.from('$1000000000\r\n'))).toThrow(
      'a:1 sent an answer of 954 MiB; at most 8 MiB are read',
    )
    expect(() => feed(new ReplyGuard('a'), '*1\r\n$1000000000\r\n', 1)).toThrow('954 MiB')
  })

  it('refuses a list by its header, and lists in lists without end', () => {
    expect(() => new ReplyGuard('a').take(Buffer.from('*1000000000\r\n'))).toThrow('more than 8 MiB')
    expect(() => new ReplyGuard('a').take(Buffer.from('*1\r\n'.repeat(100)))).toThrow('more than 8 MiB')
    expect(() => feed(new ReplyGuard('a'), `${'*1000\r\n'.repeat(3)}*262144\r\n`, 5)).toThrow('more than 8 MiB')
  })

  it('counts the bytes of one reply, however it is made, and of each anew', () => {
    const guard = new ReplyGuard('a')
    for (let i = 0; i < 20; i++) {
      guard.take(Buffer.from(`$${MIB.length}\r\n${MIB}\r\n`))
      guard.idle()
    }
    const many = `*20\r\n${`$${MIB.length}\r\n${MIB}\r\n`.repeat(20)}`
    expect(() => feed(guard, many, 65_536)).toThrow('more than 8 MiB')
    // An error line that never ends.
    expect(() => feed(new ReplyGuard('a'), `-${'x'.repeat(ANSWER_MAX_BYTES + 1)}`, 65_536)).toThrow('more than 8 MiB')
  })

  it('bounds what many commands of one write answer together', () => {
    const guard = new ReplyGuard('a')
    expect(() => {
      for (let i = 0; i < 40; i++) guard.take(Buffer.from(`$${MIB.length}\r\n${MIB}\r\n`))
    }).toThrow('at most 8 MiB')
  })
})
