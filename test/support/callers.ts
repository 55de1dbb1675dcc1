import type { Authenticate, Principal } from '../../index.js'

export const tenant = '11111111-aaaa-4aaa-8aaa-111111111111'
export const user = 'aaaaaaaa-0000-4000-8000-00000000beef'
export const otherUser = 'aaaaaaaa-0000-4000-8000-00000000cafe'

/** A principal in a header, for tests of what comes after authentication; nobody without one. */
export const fromHeader: Authenticate = ({ headers: { 'x-principal': header } }) => header === undefined ? null : JSON.parse(String(header)) as Principal

export const as = (principal: Partial<Principal>): Record<string, string> => ({ 'x-principal': JSON.stringify({ tenant, subject: user, ...principal }) })
