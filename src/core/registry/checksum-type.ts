export type ChecksumTypeId = number
