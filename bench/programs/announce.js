import { once } from 'node:events'
import { createServer } from 'node:http'
import { Session } from 'node:inspector/promises'

/** Microseconds. */
const samplingInterval = 200

let session

const answers = {
  use: () => ({ cpu: process.cpuUsage(), memory: process.memoryUsage() }),
  async beginProfile () {
    session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: samplingInterval })
    await session.post('Profiler.start')
    return {}
  },
  async endProfile () {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    return profile
  }
}

/**
 * Tells the bench where a program listens, with whatever its clients must know, and what the process has used so
 * far whenever it asks: CPU time of all threads in microseconds, memory in bytes. It can be profiled too.
 */
export function announce (details) {
  process.on('message', async (name) => { process.send(await answers[name]()) })
  process.send(details)
}

/** Listens on any port of the loopback interface. */
export async function listen (app) {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

/**
 * Serves what Node calls for each request. Connections stay: a server whose loop is held longer than Node keeps idle
 * ones closes those that a request has just arrived on.
 */
export async function serve (handle) {
  const server = createServer(handle)
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}
