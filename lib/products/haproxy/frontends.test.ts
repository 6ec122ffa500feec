import { describe, expect, it, test } from 'vitest'
import { haproxyCode } from './asCode.ts'
import { haproxyConfig } from './config.ts'
import { dataplaneCommands } from './dataplane/admin.ts'
import { fileLimitOf, frontendFacts, frontendPart, parseFrontends, withFrontendLimit } from './frontends.ts'
import { parseStat } from './stat.ts'

const FILE = 'haproxy.cfg'
const text = (own: string) =>
  `defaults\n  maxconn 700\nfrontend other\n  maxconn 5\nfrontend web # shop\n  bind :80\n${own}  default_backend app\n\nbackend app\n  server a 127.0.0.1:1 maxconn 9\n`

describe('the limit of a frontend in haproxy.cfg', () => {
  it('is its own, and is changed on its line alone', () => {
    const own = text('  maxconn 300 # people\n')
    expect(fileLimitOf(own, 'web', FILE)).toBe('300')
    expect(withFrontendLimit(own, 'web', '40', FILE)).toBe(text('  maxconn 40 # people\n'))
  })

  it('is none where the section has none, and gets a line below its head', () => {
    expect(fileLimitOf(text(''), 'web', FILE)).toBeNull()
    expect(withFrontendLimit(text(''), 'web', '40', FILE)).toBe(text('').replace('# shop\n', '# shop\n  maxconn 40\n'))
    expect(withFrontendLimit(text('').replaceAll('\n', '\r\n'), 'web', '40', FILE)).toContain('# shop\r\n  maxconn 40\r\n')
  })

  test.each([
    ['a condition', text('.if defined(X)\n  maxconn 3\n.endif\n')],
    ['two of them', text('  maxconn 3\n  maxconn 4\n')],
    ['two sections of that name', `${text('')}frontend web\n`],
  ])('%s decides: refused', (_, own) => {
    expect(() => fileLimitOf(own, 'web', FILE)).toThrow('is not the only one that counts')
  })

  it('of a frontend that is not there is refused', () => {
    expect(() => fileLimitOf(text(''), 'app', FILE)).toThrow('haproxy.cfg has no frontend app')
  })
})

test('names of frontends that could end a command are none', () => {
  expect(frontendPart('frontend-maxconn/web')).toBe('web')
  for (const name of ['frontend-maxconn/a b', 'frontend-maxconn/a;quit', 'frontend-maxconn/', 'frontend-maxconn/a/maxconn'])
    expect(frontendPart(name)).toBeNull()
})

test('rows of frontends are read beside those of servers, and one that cannot be read is left out', () => {
  const head = '# pxname,svname,scur,slim,stot,status,weight,lbtot,sid,type'
  const stat = parseStat(`${head}\nweb,FRONTEND,1,300,9,OPEN,,,0,0\nodd,FRONTEND,1\napp,BACKEND,0,40,3,UP,1,3,0,1\n`)
  expect(stat.frontends.map((row) => [row.get('pxname'), row.get('slim')])).toEqual([['web', '300']])
})

test('the socket told of frontends alone: each limit is a fact of the target, and words instead of rows are none', () => {
  const head = '# pxname,svname,scur,slim,stot,status,weight,lbtot,sid,type'
  const rows = parseFrontends(`${head}\nweb,FRONTEND,1,300,9,OPEN,,,0,0\nno-limit,FRONTEND,1,,9,OPEN,,,0,0\n`)
  expect(frontendFacts(rows, 7)).toEqual([{ kind: 'fact', id: 'frontend-maxconn/web', at: 7, value: '300' }])
  expect(parseFrontends('No such proxy.\n')).toEqual([])
})

describe('as code', () => {
  const edits = [{ name: 'frontend-maxconn/web', expect: '300', value: '40' }]

  it('is the command of the admin socket, with the file', () => {
    const config = haproxyConfig.parse({ kind: 'haproxy', name: 'edge', socket: '/run/haproxy.sock' })
    const [ansible, shell] = haproxyCode.snippets(config, edits)
    expect(shell!.text).toBe("printf '%s\\n' 'set maxconn frontend web 40' | socat stdio unix-connect:/run/haproxy.sock")
    expect(ansible!.text).toContain('maxconn 40')
  })

  it('is a transaction of the Data Plane API', () => {
    const { dataplane } = haproxyConfig.parse({
      kind: 'haproxy',
      name: 'edge',
      dataplane: { url: 'http://127.0.0.1:5555', username: 'a', password: 'b', write: 'config' },
    })
    const commands = dataplaneCommands(dataplane!, edits)
    expect(commands[2]).toContain('/configuration/frontends/web?transaction_id=$ID" | jq \'. + {"maxconn":40}\' | curl')
  })
})
