import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { everything } from '../query/tree.js'
import type { Expression, NewRecord, OperationStore, Order, Query } from '../store.js'
import type { Cases } from './case.js'
import { here, idsOf, insertAll, otherOwner, toRecord } from './case.js'
import { among, and, call, column, compare, due, flag, label, level, literal, member, not, or, size } from './expressions.js'
import { readPages } from './oracle.js'

/** What the queries below are about: `f` has next to nothing, `e` other kinds of values under the same names. */
const queried: readonly NewRecord[] = [
  { ...toRecord('a', 1, { label: 'Zoë', size: 2, flag: true, due: '2020-01-01T03:00:00.0000001+03:00', level: 'high', detail: { code: 'x', deep: { code: 'y' } } }), lastAction: '2020-01-02T00:00:00.0000000Z', status: 1 },
  { ...toRecord('b', 1, { label: 'a', size: 10, flag: false, due: '2020-01-01T00:00:00Z', level: 'low', detail: { code: null } }), lastAction: '2020-01-02T00:00:00.0000001Z', status: 0 },
  { ...toRecord('c', 3, { label: '\uffff', size: -1.5, flag: null, due: null, level: 'middle', detail: null }), lastAction: '', status: 3 },
  { ...toRecord('d', 2, { label: '😀', size: 1e21, flag: true, due: '2019-12-31T23:59:59.9999999Z', level: null }), lastAction: '2020-01-01T00:00:00.0000000Z', status: 2 },
  { ...toRecord('e', 4, { label: 5, size: '2', flag: 'true', due: 'soon', level: 'other', detail: ['x'], constructor: 1 }), lastAction: '', status: -1 },
  { ...toRecord('f', 0, { label: '' }), lastAction: '2020-01-01T00:00:00.0000000Z', status: 1 }
]

/** The ids that a filter lets through, in the order of the ids, as a list and a count both have them. */
async function checkFilters (store: OperationStore, expectations: ReadonlyArray<readonly [filter: Expression, ids: string]>): Promise<void> {
  await insertAll(store, here, ...queried)
  await insertAll(store, otherOwner, ...queried)
  for (const [filter, expected] of expectations) {
    const found = await store.list(here, { filter, orderBy: [{ by: column('id'), descending: false }] }, { limit: 100, skip: 0 })
    assert.equal(found.map(({ id }) => id).join(''), expected, JSON.stringify(filter))
    assert.equal(await store.count(here, filter), expected.length, JSON.stringify(filter))
  }
}

/** What a query lets through and in which order, and pages of it. */
export const queryCases: Cases = {
  'records: the instant of the last action and the status are kept': async (store) => {
    const [stored] = await insertAll(store, here, ...queried)
    assert.equal(stored?.lastAction, '2020-01-02T00:00:00.0000000Z')
    assert.equal(stored?.status, 1)
    for (const { id, lastAction, status } of queried) {
      const found = await store.find({ ...here, id })
      assert.deepEqual([found?.lastAction, found?.status], [lastAction, status], id)
    }
    const outcome = await store.commit(here, [{ kind: 'replace', record: { ...queried[0]!, lastAction: '', status: 3 }, expectedVersion: stored.version }])
    assert.ok(outcome.committed, 'committed')
    const [found] = await store.list(here, { filter: compare(column('id'), 'eq', 'a'), orderBy: [] }, { limit: 1, skip: 0 })
    assert.deepEqual([found?.lastAction, found?.status], ['', 3])
  },

  'filter: comparisons; null equals null only, and is neither above nor below': async (store) => {
    await checkFilters(store, [
      [compare(size, 'eq', 2), 'a'], [compare(size, 'ne', 2), 'bcdef'], [compare(size, 'gt', 2), 'bd'], [compare(size, 'ge', 2), 'abd'], [compare(size, 'lt', 2), 'c'], [compare(size, 'le', 2), 'ac'], [compare(size, 'eq', 1e21), 'd'],
      [compare(size, 'eq', null), 'ef'], [compare(size, 'ne', null), 'abcd'], [compare(size, 'gt', null), ''], [compare(size, 'lt', null), ''], [compare(size, 'ge', null), 'ef'], [compare(size, 'le', null), 'ef'],
      [compare(literal(2), 'lt', size), 'bd'], [compare(label, 'gt', 'a'), 'cd'], [compare(label, 'le', 'Zoë'), 'af'], [compare(flag, 'gt', false), 'ad'], [compare(flag, 'eq', false), 'b'], [compare(size, 'le', size), 'abcdef'], [compare(size, 'lt', size), ''],
      [compare(compare(size, 'gt', 2), 'eq', flag), 'd'], [compare(compare(size, 'ge', 2), 'ge', flag), 'abd']
    ])
  },

  'filter: null is unknown to and, or and not': async (store) => {
    await checkFilters(store, [
      [literal(true), 'abcdef'], [literal(false), ''], [flag, 'ad'], [not(flag), 'b'], [not(not(flag)), 'ad'], [and(flag, compare(size, 'eq', 2)), 'a'], [not(and(flag, compare(size, 'eq', 2))), 'bcdef'], [or(flag, compare(size, 'eq', 10)), 'abd'], [not(or(flag, literal(false))), 'b'], [not(or(flag, literal(true))), ''],
      [compare(not(flag), 'eq', null), 'cef'], [compare(and(flag, literal(false)), 'eq', false), 'abcdef'], [compare(or(flag, literal(false)), 'eq', null), 'cef'], [and(flag, or(compare(size, 'eq', 2), compare(label, 'eq', 'a'))), 'a'], [compare(and(flag, literal(true)), 'ge', flag), 'abcdef']
    ])
  },

  'filter: in, with null among the values': async (store) => {
    await checkFilters(store, [
      [among(size, 2, 10, 99), 'ab'], [among(size, 2, null), 'aef'], [among(size, null), 'ef'], [not(among(size, 2)), 'bcdef'], [among(label, '', 'a'), 'bf'], [among(flag, true, null), 'acdef'], [among(column('id'), 'a', 'f', 'x'), 'af'], [among(column('status'), 0, null), 'be'], [among(and(flag, literal(true)), true, null), 'acdef']
    ])
  },

  'filter: functions of texts, null of null': async (store) => {
    await checkFilters(store, [
      [call('contains', label, 'o'), 'a'], [call('contains', label, ''), 'abcdf'], [call('contains', label, 'O'), ''], [not(call('contains', label, 'o')), 'bcdf'], [call('startswith', label, 'Zo'), 'a'], [call('startswith', label, ''), 'abcdf'], [call('endswith', label, 'ë'), 'a'], [call('endswith', label, 'xxxxxxxxxxë'), ''], [call('endswith', label, ''), 'abcdf'],
      [compare(call('tolower', label), 'eq', 'zoë'), 'a'], [compare(call('toupper', label), 'eq', 'ZOË'), 'a'], [compare(call('length', label), 'eq', 1), 'bcd'], [compare(call('length', label), 'eq', 3), 'a'], [compare(call('length', label), 'eq', null), 'e'], [compare(call('contains', label, null), 'eq', null), 'abcdef'], [call('contains', 'xZoëx', label), 'af'], [call('startswith', label, '%'), ''], [call('contains', label, '_'), '']
    ])
  },

  'filter: what a store keeps beside the text': async (store) => {
    await checkFilters(store, [
      [compare(column('id'), 'gt', 'd'), 'ef'], [compare(column('id'), 'eq', 'A'), ''], [compare(column('created'), 'eq', queried[0]!.created), 'ab'], [compare(column('created'), 'gt', queried[0]!.created), 'cde'], [compare(column('created'), 'eq', null), ''],
      [compare(column('lastAction'), 'eq', null), 'ce'], [compare(column('lastAction'), 'ne', null), 'abdf'], [compare(column('lastAction'), 'lt', '2020-01-02T00:00:00.0000001Z'), 'adf'], [compare(column('lastAction'), 'ge', '2020-01-02T00:00:00.0000000Z'), 'ab'], [compare(column('lastAction'), 'gt', null), ''], [compare(column('lastAction'), 'le', null), 'ce'],
      [compare(column('status'), 'eq', 1), 'af'], [compare(column('status'), 'le', 1), 'abf'], [compare(literal(1), 'lt', column('status')), 'cd'], [compare(column('status'), 'eq', null), 'e'], [compare(column('status'), 'ne', 1), 'bcde'],
      [and(compare(column('status'), 'eq', 1), compare(column('created'), 'lt', queried[0]!.created)), 'f'], [and(compare(column('status'), 'ge', 1), compare(column('status'), 'lt', 3), compare(label, 'ne', 'x')), 'adf'], [and(compare(column('id'), 'eq', 'a'), compare(column('id'), 'eq', 'b')), ''], [and(compare(column('status'), 'eq', 1), compare(column('created'), 'eq', queried[0]!.created), compare(column('id'), 'eq', 'a')), 'a']
    ])
  },

  'filter: a value of another kind than the reading is null': async (store) => {
    await checkFilters(store, [
      [compare(label, 'eq', null), 'e'], [compare(member('label', 'number'), 'eq', 5), 'e'], [compare(member('label', 'any'), 'eq', null), ''], [compare(member('size', 'text'), 'eq', '2'), 'e'], [member('flag', 'boolean'), 'ad'], [compare(member('flag', 'text'), 'eq', 'true'), 'e'], [compare(member('flag', 'any'), 'ne', null), 'abde'],
      [compare(member('detail', 'any'), 'eq', null), 'cdf'], [compare(member('detail', 'text'), 'eq', null), 'abcdef'], [compare(member('detail/code', 'text'), 'eq', 'x'), 'a'], [compare(member('detail/code', 'any'), 'eq', null), 'bcdef'], [compare(member('detail/deep/code', 'text'), 'eq', 'y'), 'a'],
      [compare(member('missing', 'any'), 'eq', null), 'abcdef'], [compare(member('constructor', 'any'), 'eq', null), 'abcdf'], [compare(member('toString', 'any'), 'eq', null), 'abcdef'], [compare(member('LABEL', 'any'), 'eq', null), 'abcdef']
    ])
  },

  'filter: enumerations by number, date-times by instant': async (store) => {
    await checkFilters(store, [
      [compare(level, 'gt', 0), 'ac'], [compare(level, 'eq', -3), 'b'], [compare(level, 'eq', null), 'def'], [compare(level, 'ne', 7), 'bcdef'], [among(level, 2, 7), 'ac'],
      [compare(due, 'eq', '2020-01-01T00:00:00.0000001Z'), 'a'], [compare(due, 'lt', '2020-01-01T00:00:00.0000001Z'), 'bd'], [compare(due, 'ge', '2020-01-01T00:00:00.0000000Z'), 'ab'], [compare(due, 'eq', null), 'cef']
    ])
  },

  'order: null lowest, then creation, then id, in the direction of the last': async (store) => {
    await insertAll(store, here, ...queried)
    const orders: ReadonlyArray<readonly [by: Order['by'], ascending: string, descending: string]> = [
      [column('created'), 'fabdce', 'ecdbaf'], [column('id'), 'abcdef', 'fedcba'], [column('lastAction'), 'cefdab', 'badfec'], [column('status'), 'ebfadc', 'cdafbe'],
      [label, 'efabcd', 'dcbafe'], [size, 'fecabd', 'dbacef'], [flag, 'fcebad', 'dabecf'], [due, 'fcedba', 'abdecf'], [level, 'fdebca', 'acbedf'], [member('detail/code', 'text'), 'fbdcea', 'aecdbf']
    ]
    for (const [by, ascending, descending] of orders) {
      for (const [isDescending, expected] of [[false, ascending], [true, descending]] as const) {
        const query: Query = { orderBy: [{ by, descending: isDescending }] }
        assert.equal((await store.list(here, query, { limit: 100, skip: 0 })).map(({ id }) => id).join(''), expected, JSON.stringify(query))
        assert.equal((await store.list(here, query, { limit: 2, skip: 3 })).map(({ id }) => id).join(''), expected.slice(3, 5), JSON.stringify(query))
        for (const limit of [1, 4]) assert.equal((await readPages(store, here, query, limit)).join(''), expected, `pages of ${limit}: ${JSON.stringify(query)}`)
      }
    }
    const query: Query = { filter: compare(column('status'), 'ge', 1), orderBy: [{ by: flag, descending: true }, { by: column('status'), descending: false }] }
    assert.equal((await readPages(store, here, query, 1)).join(''), 'adfc')
  },

  'order: texts by code point, by their first 256 characters': async (store) => {
    const texts = ['', 'Z', 'a', 'é', '\ue000', '\uffff', '😀', '\u{10ffff}', `${'\u{10ffff}'.repeat(256)}b`, `${'\u{10ffff}'.repeat(256)}a`]
    await insertAll(store, here, ...texts.map((text, n) => toRecord(`${n}`, n, { label: text })).reverse())
    assert.equal((await readPages(store, here, { orderBy: [{ by: label, descending: false }] }, 3)).join(''), '0123456789')
    assert.equal((await readPages(store, here, { orderBy: [{ by: label, descending: true }] }, 3)).join(''), '9876543210')
  },

  'pages: what keeps its place is seen once, whatever comes and goes': async (store) => {
    const orders: Query[] = [everything, { orderBy: [{ by: column('status'), descending: true }] }, { orderBy: [{ by: size, descending: false }] }, { filter: compare(column('created'), 'ge', toRecord('', 0).created), orderBy: [{ by: column('created'), descending: true }] }]
    for (const query of orders) {
      const records = Array.from({ length: 12 }, (_, n) => ({ ...toRecord(`p${n}`, n * 2, { size: n % 5 }), status: n % 4 }))
      await insertAll(store, here, ...records)
      const whole = (await store.list(here, query, { limit: 100, skip: 0 })).map(({ id }) => id)
      const gone = new Set<string | undefined>()
      const seen = await readPages(store, here, query, 3, async (page) => {
        // the last one of the page, one that was seen, and one that was not: all go, and others come
        const leaving = [whole[page * 3 - 1], whole[0], whole.at(-page)].filter((id) => !gone.has(id))
        for (const id of leaving) {
          gone.add(id)
          await store.commit(here, [{ kind: 'remove', id: id! }])
        }
        if (page < 6) await insertAll(store, here, { ...toRecord(`new-${page}`, page * 3, { size: page }), status: page % 4 })
      })
      for (const id of whole.filter((one) => !gone.has(one))) assert.equal(seen.filter((one) => one === id).length, 1, `${id}: ${JSON.stringify(query)}`)
      assert.equal(new Set(seen).size, seen.length, 'nothing twice')
      for (const { id } of await store.list(here, everything, { limit: 100, skip: 0 })) await store.commit(here, [{ kind: 'remove', id }])
    }
  },

  'pages: what stays is seen once and in order, while others write at the same time': async (store) => {
    const orders: Query[] = [everything, { orderBy: [{ by: column('lastAction'), descending: true }] }, { orderBy: [{ by: label, descending: false }] }, { filter: compare(column('status'), 'ge', 1), orderBy: [{ by: column('id'), descending: true }] }]
    const staying = Array.from({ length: 30 }, (_, n) => ({ ...toRecord(`stays-${n}`, n * 7 % 30, { label: `${n * 11 % 30}` }), lastAction: n % 4 === 0 ? '' : toRecord('', n * 13 % 30).created, status: 1 + n % 3 }))
    await insertAll(store, here, ...staying)
    const stays = (id: string): boolean => id.startsWith('stays')
    const end = { isReached: false }
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; !end.isReached; n += 1) {
        const [made] = await insertAll(store, here, { ...toRecord(`comes-${writer}-${n}`, n * 7 % 60, { label: `${n % 40}` }), lastAction: toRecord('', n % 60).created, status: n % 4 })
        // what stays may change, but not where it has its place
        const one = staying[(n * 3 + writer) % 30]!
        const found = await store.find({ ...here, id: one.id })
        await store.commit(here, [{ kind: 'replace', record: { ...one, text: JSON.stringify({ ...found!.value, n }) }, expectedVersion: found!.version }])
        await store.commit(here, [{ kind: 'remove', id: made!.id }])
        await nextTurn()
      }
    }
    const read = async (): Promise<void> => {
      try {
        for (const query of orders) {
          const seen = await readPages(store, here, query, 4, async () => { await nextTurn() })
          assert.equal(new Set(seen).size, seen.length, 'nothing twice')
          const whole = await store.list(here, query, { limit: 100, skip: 0 })
          assert.deepEqual(seen.filter(stays), whole.map(({ id }) => id).filter(stays), JSON.stringify(query))
        }
      } finally {
        end.isReached = true
      }
    }
    await Promise.all([read(), write(0), write(1)])
    assert.deepEqual(new Set(await idsOf(store, here)), new Set(staying.map(({ id }) => id)))
  }
}
