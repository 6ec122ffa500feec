import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, it } from 'vitest'
import { startGate } from './gate.ts'

it('holds back what is sent while it is closed, of old links and of new ones, and lets it through afterwards', async () => {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const gate = await startGate((echo.address() as AddressInfo).port)
  const told: string[] = []
  const link = async (name: string) => {
    const socket = connect(gate.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.on('data', (bytes) => told.push(`${name}: ${bytes}`))
    return socket
  }
  const old = await link('old')
  old.write('1')
  await expect.poll(() => told).toEqual(['old: 1'])
  gate.closed = true
  const fresh = await link('fresh')
  old.write('2')
  fresh.write('3')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(told).toEqual(['old: 1'])
  gate.closed = false
  await expect.poll(() => [...told].sort()).toEqual(['fresh: 3', 'old: 1', 'old: 2'])
  old.destroy()
  fresh.destroy()
  await gate.stop()
  echo.close()
})
