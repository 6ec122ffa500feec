import { describe, expect, it } from 'vitest'
import { randomOf } from '../../random.ts'
import { Replacing, withoutComments } from './replacing.ts'

/** What the texts become, learned from all of them. */
function replaced(texts: string[], known: Parameters<Replacing['learn']>[1] = {}): string[] {
  const replacing = new Replacing()
  replacing.learn(texts, known)
  return texts.map((text) => replacing.apply(text))
}
const one = (text: string): string => replaced([text])[0]!

/** Each place in which a file or an answer holds a secret; SESAME is it. */
const PLACES = [
  'stats auth SESAME:SESAME',
  '  stats auth "SESAME:SESAME"',
  'userlist u\n  user SESAME password $5$x$SESAME\n  user SESAME insecure-password SESAME groups g',
  '  group admins users SESAME,SESAME',
  'requirepass SESAME',
  'masterauth "SESAME"',
  'sentinel auth-pass main SESAME',
  '["requirepass","SESAME","maxmemory","0"]',
  '["masterauth","SESA\\"ME SESAME"]',
  'redis_auth: SESAME',
  'alpha:\n  redis_auth: "SESAME x"',
  '{"password":"SESAME","weight":1}',
  '{"inline_string": "SESAME\\" SESAME"}',
  'api_key = SESAME',
  'x-auth-token: SESAME',
  'url redis://SESAME:SESAME@cache.example:6379/0',
  'url redis://:SE@SAME@SESAME@cache.example:6379/0',
  'url http://SESAME@10.1.2.3/x',
  'http-request set-header Authorization "Basic SESAME"',
  'http-request set-header X-Api-Key SESAME',
  'http-request set-header X-Secret "a SESAME"',
  'proxy_set_header Authorization "Bearer SESAME";',
  'http-check send hdr Authorization Basic\\ SESAME',
  'tcp-check send AUTH\\ SESAME\\r\\n',
  '-----BEGIN PRIVATE KEY-----\nSESAME\nSESAME\n-----END PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY-----\nSESAME',
  '?token=SESAME&x=1',
]

/** Where it stands beside a name that tells so. */
const BESIDE = [
  '["tls-key-file-pass","SESAME"]',
  '["masteruser","SESAME"]',
  'REDIS_PASS=SESAME',
  '"pwd":"SESAME"',
  'setenv DB_PASSWORD SESAME',
  'presetenv API_TOKEN "a SESAME"',
  'acl ok req.hdr(x-api-key) -m str SESAME SESAME',
  'http-request deny unless { req.hdr(X-Api-Key),lower -i -m str SESAME } { path / }',
  'http-request set-var(txn.token) str(SESAME)',
  'http-request deny unless { http_auth_bearer,jwt_verify(txn.alg,"SESAME") }',
  'http-request set-header X-S %[path,hmac(256,SESAME)]',
  'http-check send meth GET uri /health?key=SESAME',
  'option mysql-check user SESAME',
  'set $api_key SESAME;',
  'fastcgi_param DB_PASS "a SESAME";',
  'if ($http_x_api_key != "SESAME") {',
  'secure_link_md5 "SESAME$uri";',
  '{"header": {"key": "x-api-key",\n "value": "SESAME"}}',
  '{"name":"x-auth-token","string_match":{"exact":"SESAME"}}',
  '{"name":"x-auth-token","string_match":{"safe_regex":{"google_re2":{},"regex":"SESAME"}}}',
  '{"password": ["SESAME", "b SESAME"]}',
  '{"client_secret": {"value": "SESAME"}}',
  'alpha:\n  redis_auth: |\n    SESAME',
]

describe('secrets', () => {
  it.each([...PLACES, ...BESIDE])('%s', (place) => expect(one(place)).not.toMatch(/SESAME|SAME@/))

  it('are gone from every text, whatever stands around them', () => {
    const random = randomOf(11)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
    const letters = 'abcXYZ0189$%&+/=_.~^*()?[]|'
    /** Words of statements, values of a line: these end at a blank alone. */
    const statement = (place: string) => /^(?:requirepass|sentinel|redis_auth: S)|insecure-password/.test(place)
    for (let round = 0; round < 500; round++) {
      const secrets: string[] = []
      const fresh = (open = false) => {
        const text = `se${round}q${secrets.length}${Array.from({ length: 6 }, () => pick([...(open ? `${letters},;{}` : letters)])).join('')}x`
        secrets.push(text)
        return text
      }
      // A URL's user info holds no slash; no password of a line ends in it.
      const safe = (place: string) =>
        /:\/\/|\?token|tcp-check|stats|SE@/.test(place) ? fresh().replaceAll(/[/%&=?^|+[\]()*$.~]/g, 'y') : fresh(statement(place))
      const texts = Array.from({ length: 4 }, () => {
        const place = pick(PLACES.filter((one) => !one.includes('SE@SAME')))
        return place.replaceAll('SESAME', () => {
          const secret = safe(place)
          secrets[secrets.length - 1] = secret
          return secret
        })
      })
      // A server that repeats what it was told.
      texts.push(`error: wrong password "${secrets[0]}" of ${secrets.at(-1)}, STAT x 1`)
      const all = replaced(texts).join('\n')
      for (const secret of secrets) expect(all.includes(secret), `${secret} in ${all}\nof ${texts.join('\n')}`).toBe(false)
    }
  })

  it('that are known are replaced wherever they stand', () => {
    expect(replaced(['STAT auth opensesame', 'a,opensesame,b'], { secrets: ['opensesame'] })).toEqual([
      'STAT auth hidden-1',
      'a,hidden-1,b',
    ])
  })

  it('of one who is called as everybody leave the word elsewhere', () => {
    expect(replaced(['stats auth admin:sesame', 'admin\n'])).toEqual([expect.stringMatching(/^stats auth hidden-\d:hidden-\d$/), 'admin\n'])
  })

  it('leave what is no secret: numbers, states, empty passwords', () => {
    for (const text of [
      '["requirepass","","maxmemory","0"]',
      'STAT curr_items {{10+2/s}}',
      'password:off',
      'balance hdr(X-Key)\nserver a 127.0.0.1:80',
      'stick on req.hdr(X-Auth) table t',
      'use_backend b if { req.hdr(X-Key) -m found } { path /a }',
      'proxy_pass http://app;',
      'hash $http_x_key consistent;',
      'set $pool app;',
      '{"name":"auth","type":"EDS","lb_policy":"RING_HASH"}',
      '{"key":"zone","value":"a"}',
    ])
      expect(one(text)).toBe(text)
  })
})

describe('addresses and names', () => {
  it('are the same everywhere, so that a ring stays one', () => {
    const [file, answer] = replaced(['server a 192.0.2.7:80\nserver b 192.0.2.8:80', 'app,a,192.0.2.7:80\napp,b,192.0.2.8:80'])
    expect(file).toBe('server a 10.0.0.1:80\nserver b 10.0.0.2:80')
    expect(answer).toBe('app,a,10.0.0.1:80\napp,b,10.0.0.2:80')
  })

  it.each([
    ['ip-172-31-4-9.eu-west-1.compute.internal:6379', /^host-1\.example:6379$/],
    ['ip-172-31-4-9', /^ip-10-0-0-1$/],
    ['server a [2001:db8::7]:80', /^server a \[fd00::1\]:80$/],
    ['bind :::80', /^bind :::80$/],
    ['upstream|2001:DB8:0:0:0:0:0:7|x', /fd00::1/],
    ['server web1 shop-db.corp.example.org:443', /^server web1 host-1\.example:443$/],
    ['server redis redis:6379', /^server redis host-1\.example:6379$/],
    ['  - cache-a.prod:11211:1 cache-a', /^ {2}- host-1\.example:11211:1 /],
    ['0a 192.0.2.7:6379@16379,edge7,x=1 master - 0 0 1 connected 0-5', /^0a 10\.0\.0\.1:6379@16379,host-1\.example,x=1 master/],
    ['slave0:ip=shopcache,port=6379,state=online', /^slave0:ip=host-1\.example,port=6379/],
    ['slave0:ip=192.0.2.7,port=6379', /^slave0:ip=10\.0\.0\.1,port=6379/],
    ['role:slave\nmaster_host:shopcache\n', /^role:slave\nmaster_host:host-1\.example\n/],
    ['node: edge-7.dc.lan', /^node: host-1\.example$/],
    ['{"source":"edge7","service":"nutcracker"}', /"source":"host-1\.example","service":"nutcracker"/],
    ['run_id:c5e1a4c5e1a4c5e1a4c5e1a4c5e1a4c5e1a4c5e1', /^run_id:0{39}1$/],
    ['config_file:/srv/ann/redis.conf', /^config_file:\/path$/],
    ['key /home/ann/x.pem', /^key \/home\/user\/x\.pem$/],
  ])('%s', (text, wanted) => expect(one(text)).toMatch(wanted))

  it.each([
    '127.0.0.1:80 0.0.0.0:80 [::1]:80 localhost:80',
    'redis_version:7.0.15',
    'Version: 2.6.12-1+deb12u4',
    'HAProxy 12:34:56',
    '"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster"',
    'http-request use-service lua.app if { req.hdr(x) -m found }',
    'errorfile 503 /etc/haproxy/errors/503.http',
    'tcp_port:6379',
    'used_memory:100',
  ])('%s stays', (text) => expect(one(text)).toBe(text))
})

it('comments go, lines stay', () => {
  expect(withoutComments('server a "b" \'c\' # by "ann"\nx \\# y\n')).toBe('server a "b" \'c\'\nx \\# y\n')
  expect(withoutComments('# by ann\na b # 10.0.0.1\n  # x\nc "#d"\n')).toBe('#\na b\n  #\nc "#d"\n')
})

it('says how much was replaced', () => {
  const replacing = new Replacing()
  replacing.learn(['requirepass sesame'])
  replacing.apply('10.1.2.3 10.1.2.4 10.1.2.3')
  expect(replacing.summary()).toEqual(['1 secrets', '2 IPv4 addresses'])
})
