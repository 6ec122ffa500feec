import { expect, test } from 'vitest'
import { hostOf } from './host.ts'

test.each([
  ['10.0.0.5:6379', '10.0.0.5'],
  ['Cache.example.com:80/stats', 'cache.example.com'],
  ['web.example.com/stub_status', 'web.example.com'],
  ['[fd00::5]:6379', '[fd00::5]'],
  ['localhost:6379', '127.0.0.1'],
  ['[::1]:1', '127.0.0.1'],
  ['unix:/run/memcached.sock', null],
  ['/run/redis.sock', null],
  ['evenkeel:ring:products on sessions', null],
  ['', null],
])('the host of %s', (address, host) => expect(hostOf(address)).toBe(host))
