import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Locator, Page } from 'playwright-core'
import t from 'tap'
import type { Test } from 'tap'
import { findSystemBrowser, launch, unpackable, unpackBrowser } from './support/browsers.js'
import type { BrowserProgram } from './support/browsers.js'
import { fetchToken, startServer } from './support/server.js'

const artefacts = fileURLToPath(new URL('artefacts/', import.meta.url))
await mkdir(artefacts, { recursive: true })

const url = await startServer(t)
const token = await fetchToken(url)

/** The documents' two requests, as a person tries them out. */
const trials = [{
  name: 'onenoteOperation',
  path: '/v1.0/invitations/{invitationsId}/invitedUser/joinedGroups/{groupId}/sites/{siteId}/onenote/operations',
  body: {
    '@odata.type': '#microsoft.graph.onenoteOperation',
    status: 'Completed',
    lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00',
    resourceLocation: 'Resource Location value',
    resourceId: 'Resource Id value',
    error: { '@odata.type': 'microsoft.graph.onenoteOperationError', code: 'Code value', message: 'Message value' },
    percentComplete: 'Percent Complete value'
  },
  answer: { status: 'Completed', percentComplete: 'Percent Complete value', lastActionDateTime: '2016-12-31T23:57:13.8078619+03:00' }
}, {
  name: 'commsOperation',
  path: '/v1.0/communications/calls/{callId}/operations',
  body: {
    '@odata.type': '#microsoft.graph.commsOperation',
    status: 'Running',
    clientContext: 'Client Context value',
    resultInfo: { '@odata.type': '#microsoft.graph.ResultInfo', code: 4, subcode: 7, message: 'Message value' }
  },
  answer: { status: 'Running', clientContext: 'Client Context value', resultInfo: { code: 4, subcode: 7, message: 'Message value' } }
}]

/** A page of the browser, and what it complained about or asked of others than the server. */
async function openPage (t: Test, program: BrowserProgram): Promise<{ page: Page, complaints: string[] }> {
  const browser = await launch(program)
  t.teardown(async () => { await browser.close() })
  const page = await browser.newPage({ viewport: { width: 1280, height: 1200 } })
  page.setDefaultTimeout(40_000)
  const complaints: string[] = []
  page.on('pageerror', (error) => { complaints.push(error.message) })
  page.on('request', (request) => { if (!/^(?:data|blob):/.test(request.url()) && new URL(request.url()).origin !== url) complaints.push(request.url()) })
  await page.goto(`${url}/docs`)
  return { page, complaints }
}

async function authorize (page: Page): Promise<void> {
  await page.locator('.auth-wrapper > .authorize').click()
  const dialog = page.locator('.dialog-ux')
  await dialog.locator('input').fill(token)
  await dialog.locator('button.authorize').click()
  await dialog.locator('button.btn-done').click()
}

async function openBlock (page: Page, name: string, path: string): Promise<Locator> {
  await page.locator(`h3[data-tag="${name}"]`).click()
  const block = page.locator('.opblock-patch').filter({ has: page.locator(`[data-path="${path}"]`) })
  await block.locator('.opblock-summary-control').click()
  return block
}

const system = findSystemBrowser()

t.test('Swagger UI: both PATCHes found, authorised, tried out and answered', { skip: system === undefined ? unpackable : false }, async (t) => {
  const { page, complaints } = await openPage(t, system ?? await unpackBrowser())
  await authorize(page)
  for (const { name, path, body, answer } of trials) {
    const collection = path.replaceAll(/\{\w+\}/g, 'tried')
    const created = await fetch(url + collection, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: '{}' })
    t.equal(created.status, 201)

    const block = await openBlock(page, name, path)
    for (const parameter of await block.locator('tr[data-param-in="path"] input').all()) await parameter.fill('tried')
    await block.locator('textarea.body-param__text').fill(JSON.stringify(body, null, 2))
    await block.locator('button.execute').click()
    const answered = block.locator('.live-responses-table tr.response')
    t.match(await answered.locator('.response-col_status').innerText(), /^200/)
    t.match(JSON.parse(await answered.locator('.highlight-code code').first().innerText()), answer)
    await block.locator('.responses-wrapper').scrollIntoViewIfNeeded()
    await page.screenshot({ path: `${artefacts}${name}.png` })
    t.match(await (await fetch(url + collection, { headers: { authorization: `Bearer ${token}` } })).json(), { value: [answer] })
  }
  t.strictSame(complaints, [])
})

t.test('the browser of the package is there for machines without one', { skip: unpackable }, async (t) => {
  const browser = await launch(await unpackBrowser())
  t.teardown(async () => { await browser.close() })
  const page = await browser.newPage()
  await page.goto(`${url}/livez`)
  t.equal(await page.locator('body').innerText(), 'ok')
})
