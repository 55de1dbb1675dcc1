import assert from 'node:assert/strict'
import { toSortKey, toTotalOrder } from '../query/order.js'
import { StoredRecord } from '../record.js'
import type { Expression, FunctionName, Order, Query, Scalar } from '../query/tree.js'
import type { OperationRecord, OperationStore } from '../store.js'
import type { Cases } from './case.js'
import { here, insertAll, makeChoices, otherOwner, toRecord } from './case.js'
import { among, and, call, column, columns, compare, comparisons, due, flag, label, level, literal, member, not, or, size } from './expressions.js'
import { checkFilters, checkQuery, toMeant } from './oracle.js'
import { dateTimes, instants, makeFilter, makeOrder, makeRecord, numbers } from './random.js'
import { texts } from './texts.js'

/** One record for each value of a member, one with null and one without it. */
async function insertValues (store: OperationStore, name: string, values: readonly unknown[]): Promise<OperationRecord[]> {
  return await insertAll(store, here, ...[...values, null, undefined].map((value, n) => toRecord(`id-${String(n).padStart(3, '0')}`, n % 60, { [name]: value })))
}

/** Every comparison of a subject with every value. */
const comparisonsOf = (subject: Expression, values: readonly Scalar[]): Expression[] => values.flatMap((value) => comparisons.map((operator) => compare(subject, operator, value)))

/** Whether it is a value, and one comparison from above and one from below: what a few comparisons tell of many values. */
const placesOf = (subject: Expression, values: readonly Scalar[]): Expression[] => values.flatMap((value, n) => [compare(subject, 'eq', value), compare(subject, n % 2 === 0 ? 'gt' : 'ge', value), compare(subject, n % 4 < 2 ? 'lt' : 'le', value)])

/** From any place on, a page is what it means, whether a record has that place or not. */
async function checkPlaces (store: OperationStore, records: readonly OperationRecord[], places: readonly OperationRecord[], query: Query): Promise<void> {
  for (const [n, place] of places.entries()) {
    const page = { limit: 1 + n % 5, skip: n % 3, after: toSortKey(place, toTotalOrder(query)) }
    const found = await store.list(here, query, page)
    assert.deepEqual(found.map(({ id }) => id), toMeant(records, query, page), JSON.stringify([query, page]))
  }
}

/** Every kind of value against what `evaluate` says of it: the same for every store. */
export const valueCases: Cases = {
  'filter: every comparison of every text': async (store) => {
    const records = await insertValues(store, 'label', texts)
    await checkFilters(store, here, records, [...placesOf(label, texts), ...comparisonsOf(label, ['', 'a', '😀', null]), among(label, ...texts.slice(0, 50)), among(label, ...texts.slice(50), null), compare('a', 'lt', label), compare('😀', 'ge', label)])
  },

  'filter: every function of every text, nothing a pattern': async (store) => {
    const records = await insertValues(store, 'label', texts)
    const names: FunctionName[] = ['contains', 'startswith', 'endswith']
    await checkFilters(store, here, records, [
      ...texts.flatMap((text) => names.map((name) => call(name, label, text))),
      ...names.flatMap((name) => [call(name, label, label), call(name, 'a%b_c', label), call(name, label, call('tolower', label))]),
      ...[0, 1, 2, 3, 4, 300, 301, 450, 4_096].map((length) => compare(call('length', label), 'eq', length)),
      compare(call('length', '😀'), 'eq', 1), compare(call('length', label), 'gt', call('length', call('toupper', label)))
    ])
  },

  'filter: the case of every text': async (store) => {
    const records = await insertValues(store, 'label', texts)
    const short = texts.filter((text) => text.length < 4_000)
    await checkFilters(store, here, records, [
      ...short.flatMap((text) => [compare(call('tolower', label), 'eq', text.toLowerCase()), compare(call('toupper', label), 'eq', text.toUpperCase()), compare(call('tolower', text), 'eq', label)]),
      compare(call('tolower', label), 'eq', call('toupper', label)), compare(call('toupper', call('tolower', label)), 'ne', label), call('contains', call('toupper', label), 'SS'), call('startswith', call('tolower', label), 'zo')
    ])
  },

  'filter: every comparison of every number': async (store) => {
    const records = await insertValues(store, 'size', numbers)
    await checkFilters(store, here, records, [...comparisonsOf(size, numbers), ...comparisonsOf(size, [0.25, 1.0000000000000002, 1e300]), among(size, ...numbers), ...numbers.map((number) => among(size, number, null)), ...numbers.map((number) => compare(number, 'eq', size)), compare(literal(1), 'eq', 1), compare(literal(0.5), 'lt', 0.25)])
  },

  'filter: every comparison of every instant': async (store) => {
    const records = await insertValues(store, 'due', dateTimes)
    await checkFilters(store, here, records, [...comparisonsOf(due, instants), among(due, ...instants, null), ...instants.map((instant) => compare(due, 'eq', instant))], due)
  },

  'filter: every comparison of every name of an enumeration': async (store) => {
    const records = await insertValues(store, 'level', ['low', 'middle', 'high', 'LOW', ' low', '-3', -3, 'constructor', 'toString', '__proto__', ''])
    await checkFilters(store, here, records, [...comparisonsOf(level, [-3, 0, 2, 7, null]), among(level, -3, 7, null), compare(level, 'eq', level), compare(-3, 'lt', level)], level)
    const one = member('level', 'enumeration', { only: 0 })
    await checkFilters(store, here, records, comparisonsOf(one, [0, null]), one)
  },

  'filter: every comparison of every column': async (store) => {
    const choices = makeChoices(1)
    const records = await insertAll(store, here, ...Array.from({ length: 60 }, (_, n) => makeRecord(`${choices.pick(['a', 'A', 'b', 'a-', 'a.', '_', '0'])}${n}`, choices)))
    const values = {
      id: [...records.slice(0, 20).map(({ id }) => id), '', 'a', 'A0', 'é', '😀', '%', "'", 'a'.repeat(500)], created: instants, lastAction: instants, status: [0, 1, 2, 3, 4]
    }
    for (const name of columns) {
      const subject = column(name)
      const own: readonly Scalar[] = values[name]
      const filters = [...(name === 'id' ? placesOf : comparisonsOf)(subject, [...own, null]), among(subject, ...own), among(subject, ...own.slice(1, 3), null)]
      // with a condition of each other column, so that each index is a way to find them
      const others = (n: number): Expression => [compare(column('created'), 'ge', instants[n % 10]!), compare(column('status'), 'eq', n % 4), or(flag, compare(column('lastAction'), 'le', instants[n % 10]!))][n % 3]!
      const both = filters.map((filter, n) => n % 2 === 0 ? and(filter, others(n)) : and(others(n), filter))
      await checkFilters(store, here, records, [...filters, ...both], column(columns[filters.length % 4]!))
    }
  },

  'filter: as long and as deep as one may be': async (store) => {
    const records = await insertAll(store, here, toRecord('a', 0, { flag: true, label: 'x' }), toRecord('b', 1, { flag: false, label: `${"'".repeat(1_000)}"\\%_` }), toRecord('c', 2, { flag: null }), { ...toRecord('d', 3), text: `${'{"x":'.repeat(15)}{"${'y'.repeat(128)}":"deep"}${'}'.repeat(15)}` })
    const deep = (wrap: (inner: Expression) => Expression): Expression => Array.from({ length: 14 }).reduce<Expression>((inner) => wrap(inner), flag)
    await checkFilters(store, here, records, [
      or(...Array.from({ length: 33 }, (_, n) => compare(label, 'eq', `${n}`)), flag), and(...Array.from({ length: 33 }, (_, n) => compare(label, 'ne', `${n}`)), not(flag)), among(label, ...Array.from({ length: 49 }, (_, n) => `${n}`), 'x'),
      deep(not), deep((inner) => and(flag, inner)), deep((inner) => or(inner, literal(false))), deep((inner) => compare(and(flag, inner), 'ge', flag)), deep((inner) => compare(flag, 'le', or(inner, flag))), deep((inner) => compare(inner, 'eq', flag)), deep((inner) => among(and(flag, inner), true, null)),
      compare(label, 'eq', `${"'".repeat(1_000)}"\\%_`), compare(label, 'eq', 'x'.repeat(2_000)), call('startswith', label, "'".repeat(999)), compare(member(`${'x/'.repeat(15)}${'y'.repeat(128)}`, 'text'), 'eq', 'deep'), compare(Array.from({ length: 13 }).reduce<Expression>((inner) => call('tolower', inner), label), 'eq', 'x'), compare(literal(null), 'eq', null), compare(literal('a'), 'lt', 'b'), compare(literal(true), 'ge', false)
    ])
  },

  'filter and order: whatever they are made of, they mean what they mean': async (store) => {
    const choices = makeChoices(2)
    const ids = ['a', 'A', 'b-', '_', 'c.']
    const records = await insertAll(store, here, ...Array.from({ length: 30 }, (_, n) => makeRecord(`${choices.pick(ids)}${n}`, choices)))
    await insertAll(store, otherOwner, ...Array.from({ length: 10 }, (_, n) => makeRecord(`other-${n}`, choices)))
    for (let n = 0; n < 150; n += 1) {
      const query: Query = { filter: n % 10 === 0 ? undefined : makeFilter(n % 5, choices), orderBy: makeOrder(choices) }
      await checkQuery(store, here, records, query, 3 + choices.below(9))
    }
  },

  'order: every kind of value, both ways, beside every column': async (store) => {
    const choices = makeChoices(3)
    const records = await insertAll(store, here, ...texts.map((text, n) => ({ ...makeRecord(`id-${n}`, choices), text: JSON.stringify({ label: text, size: numbers[n % numbers.length], due: dateTimes[n % dateTimes.length], level: ['low', 'high', 'middle', 'none'][n % 4], flag: [true, false, null][n % 3] }) })))
    const members: ReadonlyArray<Order['by']> = [label, size, due, level, flag]
    for (const by of [...members, ...columns.map(column)]) {
      for (const descending of [false, true]) {
        await checkQuery(store, here, records, { orderBy: [{ by, descending }] }, 17)
        await checkQuery(store, here, records, { filter: compare(column('status'), 'ne', 2), orderBy: [{ by: choices.pick(columns.map(column)), descending: !descending }, { by, descending }] }, 33)
      }
    }
  },

  'pages: after the place of a record that is not there': async (store) => {
    const choices = makeChoices(4)
    const records = await insertAll(store, here, ...Array.from({ length: 20 }, (_, n) => makeRecord(`id-${n}`, choices)))
    // places of records that never were
    const places = Array.from({ length: 10 }, (_, n) => new StoredRecord(makeRecord(`id-${n % 7}`, choices), 'none'))
    for (const orderBy of [[], ...columns.map((name) => [{ by: column(name), descending: true }]), ...Array.from({ length: 12 }, () => makeOrder(choices))]) {
      await checkPlaces(store, records, places, { orderBy })
      await checkPlaces(store, records, places, { filter: compare(column('created'), 'ge', instants[2]!), orderBy })
    }
  }
}
