package web

import "github.com/labstack/echo/v4"

// Routes gives the route table, for the test that visits all of it.
func (s *Server) Routes() []*echo.Route { return s.echo.Routes() }
