package backend

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/catalog/serve"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Service is the catalogue offered to other programs on this computer as a
// registry.
type Service struct {
	// URL is what to give to those programs.
	URL  string
	done chan error
}

// Wait gives the reason why the service ended, nil when its context did.
func (s *Service) Wait() error { return <-s.done }

// Serve offers the merged catalogue on a loopback port, 0 for any that is free,
// until ctx ends. Error code: port_in_use.
func (b *Backend) Serve(ctx context.Context, port int) (*Service, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, model.Fail("port_in_use", err, "port", strconv.Itoa(port))
	}
	server := &http.Server{
		Handler:           &serve.Handler{Catalogue: shelf{b}, Version: Version},
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10,
	}
	s := &Service{URL: "http://" + l.Addr().String(), done: make(chan error, 1)}
	go func() {
		ended := make(chan error, 1)
		go func() { ended <- server.Serve(l) }()
		select {
		case err := <-ended:
			s.done <- err
		case <-ctx.Done():
			// What is being answered is answered to its end.
			grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			err := server.Shutdown(grace)
			if errors.Is(err, context.DeadlineExceeded) {
				err = server.Close()
			}
			s.done <- err
		}
	}()
	return s, nil
}

// shelf is the catalogue as the service wants it.
type shelf struct{ b *Backend }

func (s shelf) Outlines(ctx context.Context, have int64) (int64, []store.Outline, error) {
	return s.b.store.Outlines(ctx, have)
}

func (s shelf) Find(ctx context.Context, text string, limit, offset int) ([]string, bool, error) {
	// One more than is asked for tells whether there is one.
	found, err := s.b.catalog.Search(ctx, catalog.Query{Text: text, Limit: limit + 1, Offset: offset})
	if err != nil {
		return nil, false, err
	}
	ids := make([]string, 0, len(found.Listings))
	for _, l := range found.Listings {
		ids = append(ids, l.ID)
	}
	return ids[:min(limit, len(ids))], len(ids) > limit, nil
}

func (s shelf) Card(ctx context.Context, id string) (model.Card, error) { return s.b.Show(ctx, id) }
