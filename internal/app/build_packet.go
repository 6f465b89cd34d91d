package app

import "github.com/google/uuid"

// BuildPacketArgs asks for one packet to be built.
type BuildPacketArgs struct {
	PacketID uuid.UUID `json:"packet_id"`
}

// Kind names the job.
func (BuildPacketArgs) Kind() string { return "build_packet" }
