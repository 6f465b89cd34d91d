package verify

// RootList is rootList for tests that also use the package that makes packets.
var RootList = rootList
