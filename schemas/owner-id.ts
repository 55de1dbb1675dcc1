/** What an owner's id may be: site ids have commas, the names of guests have `#EXT#`; not `.` and `..`. */
const ownerId = /^(?!\.{1,2}$)[A-Za-z0-9_.~=!@,'+#-]{1,256}$/

export const ownerIdPattern = ownerId.source

const lengthOfGuid = 36
const guid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

export function isOwnerId (text: string): boolean {
  return ownerId.test(text)
}

/** A GUID is the same in either case: both spellings have one owner. */
export function toOwnerId (id: string): string {
  return id.length === lengthOfGuid && guid.test(id) ? id.toLowerCase() : id
}
