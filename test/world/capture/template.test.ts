import { describe, expect, it } from 'vitest'
import { at } from '../worldCase.ts'
import { Answers } from './answers.ts'
import { replyIn } from './respReply.ts'
import { templateOf } from './template.ts'

const of = (first: string, second: string, seconds = 2) =>
  templateOf({ text: first, at: 1_700_000_000 }, { text: second, at: 1_700_000_000 + seconds })

describe('counters of two answers', () => {
  it.each([
    ['STAT get_hits 100', 'STAT get_hits 300', 'STAT get_hits {{100+100/s}}'],
    ['{"n":7,"w":1}', '{"n":8,"w":1}', '{"n":{{7+0.5/s}},"w":1}'],
    // Values that come and go, that fell, that are no counts.
    ['STAT curr_items 100', 'STAT curr_items 300', 'STAT curr_items 100'],
    ['used_memory:5', 'used_memory:9', 'used_memory:5'],
    ['evicted_keys:9', 'evicted_keys:5', 'evicted_keys:9'],
    ['x:0.5', 'x:0.7', 'x:0.5'],
    ['x:-5', 'x:-7', 'x:-5'],
    ['id 007', 'id 009', 'id 007'],
    // Another line is no rate.
    ['a:1 UP', 'a:5 DOWN', 'a:1 UP'],
    ['STAT time 1700000001', 'STAT time 1700000003', 'STAT time {{NOW}}'],
  ])('%s, then %s', (first, second, wanted) => expect(of(first, second)).toBe(wanted))

  it('are found where a line more stands above', () => {
    expect(of('a:1\nhits:10', 'a:1\nnew:1\nhits:30')).toBe('a:1\nhits:{{10+10/s}}')
  })

  it('of HAProxy are told from levels by their column', () => {
    expect(of('# pxname,svname,scur,stot\napp,a,3,100', '# pxname,svname,scur,stot\napp,a,5,120')).toBe(
      '# pxname,svname,scur,stot\napp,a,3,{{100+10/s}}',
    )
  })

  it('play as they were read', () => {
    const [first, second] = ['hits:10 misses:3', 'hits:30 misses:5']
    expect([at(0, of(first, second)), at(2, of(first, second))]).toEqual([first, second])
  })
})

describe('answers of Redis', () => {
  it('with names of keys and clients are left out', () => {
    const answers = new Answers('redis')
    answers.hear('INFO', 'redis_version:7.0.0', 1)
    answers.hear('SLOWLOG GET 128', '[[1,2,3,["GET","person:ann"]]]', 1)
    answers.hear('SCAN 0 COUNT 10', '["0",["person:ann"]]', 1)
    answers.hear('CLIENT LIST', 'id=1 addr=192.0.2.1:5 name=ann', 1)
    answers.hear('MEMORY USAGE person:ann', '56', 1)
    answers.hear('AUTH ann sesame', '+OK', 1)
    expect(answers.templates()).toEqual({ INFO: 'redis_version:7.0.0', 'SLOWLOG GET': '[]', SCAN: '["0",[]]' })
    expect(answers.left()).toEqual(['CLIENT LIST', 'MEMORY USAGE', 'SCAN', 'SLOWLOG GET'])
  })

  it('that tell of levels alone stay as they were first', () => {
    const answers = new Answers('redis')
    for (const [text, second] of [
      ['["peak.allocated",5]', 1],
      ['["peak.allocated",9]', 3],
    ] as const)
      answers.hear('MEMORY STATS', text, second)
    expect(answers.templates()).toEqual({ 'MEMORY STATS': '["peak.allocated",5]' })
  })

  it.each([
    ['$3\r\nabc\r\n', 'abc'],
    ['+OK\r\n', '+OK'],
    ['-ERR unknown command\r\n', '-ERR unknown command'],
    [':7\r\n', ':7'],
    ['*3\r\n$1\r\na\r\n:7\r\n*1\r\n$-1\r\n', '["a",7,[null]]'],
    ['$2\r\n\xc3\xa9\r\n', 'é'],
  ])('%j is written as %s, and is awaited while it is not whole', (stream, text) => {
    expect(replyIn(stream)).toEqual({ text, length: stream.length })
    for (let end = 0; end < stream.length; end++) expect(replyIn(stream.slice(0, end))).toBeNull()
  })
})
